#!/usr/bin/env node
// The command line, built first where it is not built yet.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) await import('../scripts/build.mjs');
await import(main);
