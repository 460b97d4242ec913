#!/usr/bin/env node
// The command line, built first where it is not built yet.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

if (!existsSync(file('../dist/cli/main.js')))
  execFileSync(process.execPath, [file('../scripts/build.mjs')], { stdio: ['ignore', 2, 2] });
await import('../dist/cli/main.js');
