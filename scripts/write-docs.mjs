/** Writes what docs say of the code into docs: `npm run docs`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connectionsTable } from '../dist/database/parts.table.js';

const PAGE = 'docs/guides/database.md';

const page = readFileSync(PAGE, 'utf8');
const block = /(<!-- connections -->\n).*?(<!-- \/connections -->)/s;
if (!block.test(page)) throw new Error(`${PAGE} has no place for the table of connections`);
writeFileSync(
  PAGE,
  page.replace(block, (_, begin, end) => `${begin}\n${connectionsTable()}\n\n${end}`),
);
execFileSync('npx', ['prettier', '--write', PAGE], { stdio: 'ignore' });
