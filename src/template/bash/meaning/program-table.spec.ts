import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Program, PROGRAMS } from './program-table.js';

const [, section = ''] = readFileSync(join(__dirname, '../../../../docs/reference/values.md'), 'utf8').split(
  '## Programs that read code',
);

function codeOf({ code, operands, readsInput, option, runsFile }: Program): string {
  const operand = { first: 'its first operand', rest: 'the operands behind the first', all: 'its operands' };
  const what = [
    ...(code ? ['options that take code'] : []),
    ...(operands ? [operand[operands]] : []),
    ...(readsInput ? ['its input'] : []),
    ...(runsFile ? ['the file it runs'] : []),
    ...(option ? [`an option such as \`${option}\``] : []),
  ];
  return what.join(', ');
}

test('docs/reference/values.md lists every program that is warned of, and no other', () => {
  const rows = PROGRAMS.map((program) => {
    const names = program.names.map((name) => `\`${name}\``).join(', ');
    return `| ${names} | ${codeOf(program)} | ${program.reason} |`;
  });
  const written = section.split('\n').filter((line) => line.startsWith('| `'));
  expect(written.map((line) => line.replace(/ +/g, ' '))).toEqual(rows);
});
