#!/usr/bin/env node
// `npx holdfast`: the command line, which is built first where it is not.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) await import('./build.mjs');
await import(main);
