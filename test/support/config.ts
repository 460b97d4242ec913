/** Reads settings for specs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../src/config/config.js';
import type { Environment } from '../../src/config/environment.js';

/** What is wrong with an environment; empty: nothing. */
export function problemsOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

/** Runs something in a working directory of its own that has these files. */
export function inFolder<T>(files: Readonly<Record<string, string>>, run: () => T): T {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
  process.chdir(folder);
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(name, text);
    return run();
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}
