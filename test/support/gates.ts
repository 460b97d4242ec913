/** What tasks of a test wait for: files in a folder that they know by its name. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const gates = mkdtempSync(join(tmpdir(), 'holdfast-gates-'));

/** Lets those through who wait for a file of this name. */
export function open(gate: string): void {
  writeFileSync(join(gates, gate), '');
}
