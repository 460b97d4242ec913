/** Hostile templates end in an error, soon, and never in an overflow of the stack. */

import { inspectScript, renderScript } from '../../test/support/render.js';
import { TemplateError, type TemplateValue } from './render.js';

const DEEP = 50_000;

function nested(depth: number): TemplateValue {
  let value: TemplateValue = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

type Variables = Record<string, TemplateValue>;

const CASES: readonly (readonly [name: string, template: string, variables?: Variables])[] = [
  ['parentheses', `{{${'('.repeat(DEEP)}1${')'.repeat(DEEP)}}}`],
  ['branches', '{{if 1}}'.repeat(DEEP) + '{{end}}'.repeat(DEEP)],
  ['else ifs', `{{if 0}}${'{{else if 0}}'.repeat(DEEP)}{{end}}`],
  ['quotes of the shell', `${'"$('.repeat(DEEP)}{{.v}}`],
  ['brackets of the shell', `${'('.repeat(DEEP)}{{.v}}`],
  ['parameters of the shell', `${'${a:-'.repeat(DEEP)}{{.v}}`],
  ['arithmetic of the shell', `${'$(('.repeat(DEEP)}{{.v}}`],
  ['brackets that never close', `${'a[ '.repeat(DEEP)}{{.v}}`],
  ['subshells that look like arithmetic', `${'((a) ) '.repeat(DEEP)}{{.v}}`],
  ['here-documents that never end', `${'cat <<EOF\n'.repeat(DEEP)}{{.v}}`],
  ['an endless loop', '{{range 1000000000000}}{{end}}'],
  ['loops in loops', '{{range 1000}}{{range 1000}}{{range 1000}}x{{end}}{{end}}{{end}}'],
  ['much text', '{{range 1000}}{{range 900}}xxxxxxxxxxxxxxxxxxxxxxxxxxxx{{end}}{{end}}'],
  ['a text that doubles', '{{$x := "xxxxxxxx"}}{{range 60}}{{$x = print $x $x}}{{end}}'],
  ['wide formats', '{{range 1000}}{{$x := printf "%1000000d" 1}}{{end}}'],
  ['many formats', `{{printf "${'%[1]*[1]d'.repeat(1000)}" 1000000}}`],
  ['long work in a loop', '{{range 100000}}{{$x := len $.v}}{{end}}', { v: 'x'.repeat(1_000_000) }],
  ['a value nested deep', '{{.v}}', { v: nested(DEEP) }],
  [
    'values too large for an environment',
    '{{.v}}',
    { v: Array.from({ length: 200_000 }, (_, i) => `$${i}`).join('') },
  ],
] as [string, string, Variables?][];

const TEMPLATES = CASES.map(([name, template, variables = { v: 'a b' }]) => ({ name, template, variables }));

it.each(TEMPLATES)('ends $name in an error', ({ template, variables }) => {
  expect(() => renderScript(template, variables)).toThrow(TemplateError);
});

it.each(TEMPLATES)('looks over $name without harm', ({ template }) => {
  try {
    inspectScript(template);
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
  }
});

it.each([
  ['quotes', `echo ${`"a" 'b' $'c' `.repeat(50_000)}{{.v}}`],
  ['values', `echo ${`'{{.v}}' `.repeat(50_000)}`],
  ['here-documents', `cat <<'EOF'\n$x {{.v}}\nEOF\n`.repeat(10_000)],
  ['escapes', `echo $'${'\\x41'.repeat(200_000)}{{.v}}'`],
  ['backquotes', `echo ${'`a` '.repeat(50_000)}{{.v}}`],
  ['tests', `[[ ${'{{.v}} == x && '.repeat(20_000)} a ]]`],
  ['elements', `a=(${'{{.v}} '.repeat(20_000)})`],
  ['commands', 'show "{{.v}}" && '.repeat(20_000) + 'true'],
  ['variables', Array.from({ length: 10_000 }, (_, i) => `x${i + 1}=$x${i}\n`).join('') + 'x0="{{.v}}"'],
  ['lines that go on', `cat <<EOF\n${'\\\n'.repeat(100_000)}{{.v}}\nEOF\n`],
  ['letters', `echo ${'x'.repeat(1_000_000)}{{.v}}`],
])('comes to the end of a script of many %s', (_name, template) => {
  const { text } = renderScript(template, { v: 'a b' });
  expect(text).toContain('${HOLDFAST_VALUE_1?}');
});
