/** Writes the table of docs/guides/database.md that says how many connections a process has; `npm run docs` puts it there. */
import { ROLES } from '../config/settings.js';
import { connectionsOf, PARTS, type PartName, sizeOf, sizesOf } from './parts.js';

const UNSET = { apiConnections: null, workerConnections: null };

export function connectionsTable(): string {
  const [usual, pooled] = [sizesOf(UNSET, false), sizesOf(UNSET, true)];
  const row = (...cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const names = Object.keys(PARTS) as PartName[];
  return [
    row('name', 'for', ...ROLES.map((role) => `\`${role}\``)),
    row('---', '---', ...ROLES.map(() => '---:')),
    ...names.map((name) =>
      row(`\`${name}\``, PARTS[name].purpose, ...ROLES.map((role) => sizeOf(name, role, usual) || '')),
    ),
    row('', 'together', ...ROLES.map((role) => connectionsOf(role, usual))),
    row('', 'together, behind a pooler', ...ROLES.map((role) => connectionsOf(role, pooled))),
  ].join('\n');
}
