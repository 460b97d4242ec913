/** What is said about the scripts of a task when its pipeline is loaded. */

import { inspectScript, renderScript } from '../../test/support/render.js';
import { inspectTask, TemplateError } from './render.js';

function messages(script: string, numbers?: readonly string[]): string[] {
  return inspectScript(script, new Set(numbers)).map(({ message }) => message);
}

const INTEGER = (where: string) =>
  `only a decimal integer can stand ${where}: any other value fails the task; declare the variable with type: integer`;

it.each([
  'echo hello', 'echo {{.v}}', `echo "{{.v}}" '{{.v}}'`, `cat <<'EOF'\n{{.v}}\nEOF`, 'x={{.v}}', 'bash script.sh {{.v}}',
  'ssh -p 22 -i {{.key}} host uptime', '# eval {{.v}}', 'eval x # {{.v}}', 'x=$( # {{.v}}\n)', `echo 'eval' {{.v}}`, 'export X={{.v}}',
  'declare -A m=([a]={{.v}})', '[[ {{.v}} == 1 ]]', '[ "{{.v}}" -eq 1 ]', 'printf "%s" {{.v}}', '{{if .v}}eval "x"{{end}}', 'bash -c "{{ "x" }}"',
  'eval "$(ssh-agent)"; echo {{.v}}', 'echo $((1+2)) {{.v}}', 'grep -c -- {{.v}} file', 'read -r x <<<"{{.v}}"', 'git clone -- "{{.v}}" x', "jq --arg v '{{.v}}' .a", 'awk -v v={{.v}} 1',
  'find . -name "{{.v}}"', 'bash -s "{{.v}}" < x.sh', 'python3 -m app {{.v}}', 'curl -d "{{.v}}" https://x', 'retry() { "$@"; }; retry 3 tool "{{.v}}"', 'TOOL=tool; $TOOL "{{.v}}"',
  'declare -A m=([a]=1); k="{{.v}}"; echo "${m[$k]}"', 'cat > config.yml <<EOF\n{{.v}}\nEOF', 'echo "{{.v}}" | tee log', 'sudo -u app ./run "{{.v}}"', `psql -v v="{{.v}}" -f x.sql`, 'f() { echo "$1"; }; f "{{.v}}"',
])('has nothing to say about %s', (script) => {
  expect(inspectScript(script)).toEqual([]);
}); // prettier-ignore

it.each([
  ['echo $(( {{.v}} + 1 ))', INTEGER('in an arithmetic expression')],
  ['(( {{.v}} > 1 ))', INTEGER('in an arithmetic expression')],
  ['let x={{.v}}', INTEGER('in an argument of let')],
  ['[[ {{.v}} -gt 1 ]]', INTEGER('beside -gt in [[ ]]')],
  ['echo ${a[{{.v}}]}', INTEGER('in a subscript')],
  ['echo ${x:{{.v}}}', INTEGER('where a substring begins or ends')],
  ['n={{.v}}; (( n > 3 ))', INTEGER('in the variable n, which is used in an arithmetic expression')],
  ['f() { (( $1 )); }; f {{.v}}', INTEGER('in an argument of f, which is used in an arithmetic expression')],
  ['declare -i n; n={{.v}}', INTEGER('in n, which is an integer')],
  ['echo ${x_{{.v}}}', 'only the name of a variable can stand in the name of a variable: any other value fails the task'],
  ['cat <<{{.v}}', 'the script is not understood in line 1, so that no value can stand in it: a value is the delimiter of a here-document'],
  ['set {{.v}}', 'no value can stand in an argument of set without -- before it: the task fails'],
  ['read {{.v}}', 'only a name that means nothing to the shell can stand as the name of a variable for read: any other value fails the task'],
  ['export {{.v}}', 'only a name that means nothing to the shell can stand as the name of a variable that is declared: any other value fails the task'],
  ['[ {{.v}} = a ]', 'only a plain word can stand in a test that bash splits into words: any other value fails the task'],
  ['eval "echo {{.v}}"', 'only a plain word can stand in code that is run later: any other value fails the task'],
  ['builtin eval "echo {{.v}}"', 'only a plain word can stand in code that is run later: any other value fails the task'],
  [`trap 'rm {{.v}}' EXIT`, 'only a plain word can stand in code that is run later: any other value fails the task'],
  ['{{.v}} x', 'only the name of a program can stand in the name of a command: any other value fails the task'],
  ['$TOOL {{.v}}', 'only a plain word can stand in an argument of a command that is not known: any other value fails the task'],
  ['. ./{{.v}}.sh', 'only a plain file name without a slash can stand in the name of a file that is run: any other value fails the task'],
])('warns of %s, where not any value can stand', (script, message) => {
  expect(messages(script)).toEqual([message]);
}); // prettier-ignore

it.each([
  ['bash -c "echo {{.v}}"', 'bash runs the value as a part of its script'],
  [`sudo /bin/sh -ec 'echo {{.v}}'`, 'sh runs the value as a part of its script'],
  ['docker exec box sh -c "echo {{.v}}"', 'sh runs the value as a part of its script'],
  ['bash {{.v}}', 'bash runs the file that the value names'],
  ['python3 -c "print({{.v}})"', 'python3 runs the value as a part of its program'],
  ['ssh host "ls {{.v}}"', 'ssh hands the value to the shell of the other host as code'],
  ['ssh -p 22 {{.host}}', 'a value that begins with - is an option to ssh, such as -oProxyCommand: write -- before it'],
  ['bash <<EOF\necho {{.v}}\nEOF', 'bash runs what it reads'],
  ['ssh host bash <<EOF\necho {{.v}}\nEOF', 'ssh runs what it reads'],
  ['bash <<<"echo {{.v}}"', 'bash runs what it reads'],
  ['bash <(echo {{.v}})', 'bash runs what it reads'],
  ['echo {{.v}} | bash', 'bash runs what it reads'],
  ['cat <<EOF | sudo sh -s\n{{.v}}\nEOF', 'sh runs what it reads'],
  ['sed "s/x/{{.v}}/" f', 'sed runs the value as a part of its script, which can run commands'],
  ['sed -i -e "s/x/{{.v}}/" f', 'sed runs the value as a part of its script, which can run commands'],
  [`awk '/{{.v}}/' f`, 'awk runs the value as a part of its program: pass it with -v name=value'],
  ['find {{.v}} -type f', 'a value that begins with - is an option to find, such as -exec: write -- before it'],
  ['find . -exec {{.v}} \\;', 'find runs the command that the value names'],
  ['tar xf "{{.v}}"', 'a value that begins with - is an option to tar, such as --checkpoint-action=exec: write -- before it'],
  ['git clone "{{.v}}"', 'a value that begins with - is an option to git, such as --upload-pack: write -- before it'],
  ['git clone --upload-pack="{{.v}}" x', 'git runs the command that the value names'],
  ['xargs {{.v}}', 'xargs runs the command that the value names'],
  ['env {{.v}}', 'env runs the command that the value names'],
  ['timeout 5 {{.v}}', 'timeout runs the command that the value names'],
  ['nice -n 5 {{.v}}', 'nice runs the command that the value names'],
  ['cat > x.sh <<EOF\n{{.v}}\nEOF', 'the value is written into x.sh, where it is code'],
  ['echo "{{.v}}" >> ~/.bashrc', 'the value is written into ~/.bashrc, where it is code'],
  ['echo "{{.v}}" | tee /etc/cron.d/x; tee run.py <<< "{{.v}}"', 'the value is written into run.py, where it is code'],
  ['PATH="{{.v}}:$PATH"', 'other programs run what PATH says'],
  ['export LD_PRELOAD={{.v}}', 'other programs run what LD_PRELOAD says'],
  ['n=$(jq .a <<< "{{.v}}"); (( n > 3 ))', 'what jq makes of the value stands in the variable n, which is used in an arithmetic expression: bash evaluates it'],
  ['psql -c "select {{.v}}"', "psql runs the value as a part of its SQL: pass it with -v name=value and write :'name'"],
  ['sqlite3 x.db "select {{.v}}"', 'sqlite3 runs the value as a part of its SQL'],
])('warns of %s, which another program reads as code', (script, message) => {
  expect(messages(script)).toEqual([message]);
}); // prettier-ignore

it('does not warn of arithmetic with variables that are declared as numbers', () => {
  expect(messages('echo $(( {{.n}} + 1 ))', ['n'])).toEqual([]);
  expect(messages('x={{ .n }}; (( x > 3 ))', ['n'])).toEqual([]);
  expect(messages('echo $(( {{.n}} + {{.v}} ))', ['n'])).toHaveLength(1);
  expect(messages('echo $(( {{.n}}{{.v}} ))', ['n'])).toHaveLength(1);
});

it('looks at what the other entries of a task declare', () => {
  const found = inspectTask(['x={{.v}}', 'echo "{{.v}}"', '(( x > 3 ))']);
  expect(found.map((warnings) => (warnings instanceof TemplateError ? 'failed' : warnings.length))).toEqual([
    1, 0, 0,
  ]);
});

it('says where the value stands, as the errors of templates do', () => {
  expect(inspectScript('echo\n  é; eval {{ .v }}\n{{ .w | raw }}')).toEqual([
    {
      line: 2,
      column: 14,
      message: 'no value can stand as a command in code that is run later: the task fails',
    },
    { line: 3, column: 3, message: 'raw puts the value into the script as code' },
  ]);
});

it('looks into branches and loops', () => {
  const script = '{{if .a}}eval {{.v}}{{else}}echo {{.v}}{{end}}\n{{range .l}}echo $(({{.}}))\n{{end}}';
  expect(messages(script)).toHaveLength(2);
  const others =
    '{{if .a}}echo {{.v}}{{else if .b}}{{if .c}}x{{else}}eval {{.w}}{{end}}{{else}}eval "{{end}}{{.x}}"';
  expect(inspectScript(others).map(({ column }) => column)).toContain(others.indexOf('.w'));
});

it('takes what constants print for the text of the author', () => {
  expect(messages(`{{ "eval" }} echo {{ .v }}`)).toEqual([
    'only a plain word can stand in code that is run later: any other value fails the task',
  ]);
});

it('fails for a script that does not parse, in the words of Go', () => {
  expect(() => inspectScript('{{ foo }}')).toThrow('template: interpolate:1: function "foo" not defined');
  expect(() => inspectScript('{{ .v }')).toThrow('template: interpolate:1: unexpected "}" in operand');
});

test('a program in a folder is not the builtin of its name', () => {
  for (const name of ['export', 'eval', 'trap', 'read', 'unset']) {
    expect(inspectScript(`./bin/${name} --tenant '{{ .t }}'`)).toEqual([]);
  }
  expect(renderScript("./bin/read '{{ .t }}'", { t: 'a[0]' }).env).toEqual({ HOLDFAST_VALUE_1: 'a[0]' });
});
