/** What is said about a script when its pipeline is loaded. */

import { inspectScript, renderScript } from './render.js';

function messages(script: string): string[] {
  return inspectScript(script).map(({ message }) => message);
}

it.each([
  'echo hello', 'echo {{.v}}', `echo "{{.v}}" '{{.v}}'`, `cat <<'EOF'\n{{.v}}\nEOF`, 'x={{.v}}', 'bash {{.v}}', 'bash script.sh {{.v}}',
  'ssh {{.host}} uptime', 'ssh -p 22 -i {{.key}} {{.host}} uptime', '# eval {{.v}}', 'eval x # {{.v}}', 'x=$( # {{.v}}\n)', `echo 'eval' {{.v}}`, 'export X={{.v}}',
  'declare -A m=([a]={{.v}})', '[[ {{.v}} == 1 ]]', '[ {{.v}} -eq 1 ]', 'printf "%s" {{.v}}', '{{if .v}}eval "x"{{end}}', 'bash -c "{{ "x" }}"',
  'eval "$(ssh-agent)"; echo {{.v}}', 'echo $((1+2)) {{.v}}', 'grep -c {{.v}} file', 'read -r x <<<"{{.v}}"',
])('has nothing to say about %s', (script) => {
  expect(inspectScript(script)).toEqual([]);
}); // prettier-ignore

it.each([
  ['bash -c "echo {{.v}}"', 'a value in the program that is given to bash is code to it'],
  [`sudo /bin/sh -ec 'echo {{.v}}'`, 'a value in the program that is given to sh is code to it'],
  ['docker exec box sh -c "echo {{.v}}"', 'a value in the program that is given to sh is code to it'],
  ['python3 -c "print({{.v}})"', 'a value in the program that is given to python3 is code to it'],
  ['eval {{.v}}', 'a value in the argument of eval is run as code'],
  ['x=1; if true; then eval "echo {{.v}}"; fi', 'a value in the argument of eval is run as code'],
  [`trap 'rm {{.v}}' EXIT`, 'a value in the argument of trap is run as code'],
  ['ssh host "ls {{.v}}"', 'a value in a command for ssh is code to the shell over there'],
  ['ssh -p 22 {{.host}} ls {{.v}}', 'a value in a command for ssh is code to the shell over there'],
  ['bash <<EOF\necho {{.v}}\nEOF', 'a value in the here-document that bash reads is code to it'],
  ['ssh host bash <<EOF\necho {{.v}}\nEOF', 'a value in the here-document that ssh reads is code to it'],
  [
    'echo $(( {{.v}} + 1 ))',
    'a value in an arithmetic expression is evaluated: any but a number fails the task',
  ],
  ['(( {{.v}} > 1 ))', 'a value in an arithmetic expression is evaluated: any but a number fails the task'],
  ['let x={{.v}}', 'a value in an arithmetic expression is evaluated: any but a number fails the task'],
  ['[[ {{.v}} -gt 1 ]]', 'a value in an arithmetic expression is evaluated: any but a number fails the task'],
  [
    'echo ${a[{{.v}}]}',
    'a value in a subscript is evaluated: any but a plain word or a number fails the task',
  ],
  [
    'echo ${x_{{.v}}}',
    'a value is part of a variable name: any but letters, digits and underscores fails the task',
  ],
  ['cat <<{{.v}}', 'a value is the delimiter of a here-document, which fails the task'],
  ['bash <<<"echo {{.v}}"', 'a value in the here-document that bash reads is code to it'],
  [
    'read {{.v}}',
    'a value names a variable for read: one with a subscript, which is evaluated, fails the task',
  ],
  [
    'export {{.v}}',
    'a value names a variable for export: one with a subscript, which is evaluated, fails the task',
  ],
  [
    'printf -v {{.v}} x',
    'a value names a variable for printf: one with a subscript, which is evaluated, fails the task',
  ],
])('warns of %s', (script, message) => {
  expect(messages(script)).toEqual([message]);
});

it('says where the value stands, as the errors of templates do', () => {
  expect(inspectScript('echo\n  é; eval {{ .v }}\n{{ .w | raw }}')).toEqual([
    { line: 2, column: 14, message: 'a value in the argument of eval is run as code' },
    { line: 3, column: 3, message: 'raw puts the value into the script as code' },
  ]);
});

it('looks into branches and loops', () => {
  const script = '{{if .a}}eval {{.v}}{{else}}echo {{.v}}{{end}}\n{{range .l}}echo $(({{.}}))\n{{end}}';
  expect(messages(script)).toHaveLength(2);
  const others =
    '{{if .a}}echo {{.v}}{{else if .b}}{{if .c}}x{{else}}eval {{.w}}{{end}}{{else}}eval "{{end}}{{.x}}"';
  expect(inspectScript(others).map(({ column }) => column)).toEqual([
    others.indexOf('.w'),
    others.indexOf('.x'),
  ]);
});

it('takes what constants print for the text of the author', () => {
  expect(messages(`{{ "eval" }} {{ .v }}`)).toEqual(['a value in the argument of eval is run as code']);
});

it('throws for a script that does not parse, in the words of Go', () => {
  expect(() => inspectScript('{{ foo }}')).toThrow('template: interpolate:1: function "foo" not defined');
  expect(() => inspectScript('{{ .v }')).toThrow('template: interpolate:1: unexpected "}" in operand');
});

test('a program in a folder is not the builtin of its name', () => {
  for (const name of ['export', 'eval', 'trap', 'read', 'unset']) {
    expect(inspectScript(`./bin/${name} --tenant '{{ .t }}'`)).toEqual([]);
  }
  expect(renderScript("./bin/read '{{ .t }}'", { t: 'a[0]' }).env).toEqual({ HOLDFAST_VALUE_1: 'a[0]' });
});
