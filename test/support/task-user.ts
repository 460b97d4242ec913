/** Users for tests of HOLDFAST_TASK_USER, and tests that need the right to change the user. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testWith } from './gateway.js';

export const isRoot = process.getuid?.() === 0;

export const rootTest = (name: string, run: () => Promise<void>) => {
  testWith('right to change the user', isRoot, name, run);
};

/** No accounts of this machine. */
export const USER = { uid: 4711, gid: 4712 };
export const OTHER = { uid: 4721, gid: 4722 };
export const settingOf = ({ uid, gid }: typeof USER) => `${uid}:${gid}`;

/** A new folder that everybody can enter. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'task-user-'));
  chmodSync(folder, 0o755);
  return folder;
}
