/** Real bash runs what values that want to be code were rendered into. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { renderScript } from '../../test/support/render.js';
import { TemplateError } from './render.js';

const root = mkdtempSync(join(tmpdir(), 'holdfast-template-'));
const canary = join(root, 'sang');

beforeAll(() => {
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'empty'));
  writeFileSync(join(root, 'bin', 'id'), `#!/bin/bash\n: > '${canary}'\necho SANG\n`);
  chmodSync(join(root, 'bin', 'id'), 0o755);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

interface Run {
  readonly out: string;
  readonly error: string;
  readonly sang: boolean;
}

/** Runs each script in a subshell of one bash. V holds the value itself, for a script to compare with. */
function bash(scripts: readonly string[], env: Readonly<Record<string, string>>, value: string): Run[] {
  const dir = mkdtempSync(join(root, 'run-'));
  const files = scripts.map((script, i) => {
    writeFileSync(join(dir, `${i}.sh`), script);
    return join(dir, String(i));
  });
  writeFileSync(join(dir, 'value'), `${value}.`);
  const driver = `
    cd '${join(root, 'empty')}'; V=$(cat '${join(dir, 'value')}'); V=\${V%.}
    for ((n = 0; n < ${scripts.length}; n++)); do
      f='${dir}'/$n
      ( . "$f.sh" ) >"$f.out" 2>"$f.err" </dev/null
      if [ -e '${canary}' ]; then rm '${canary}'; : >"$f.sang"; fi
    done`;
  const path = `${join(root, 'bin')}:/usr/bin:/bin`;
  spawnSync('bash', ['--norc', '-c', driver], { env: { PATH: path, LC_ALL: 'C.UTF-8', ...env } });
  const runs = files.map((file) => ({
    out: readFileSync(`${file}.out`, 'utf8'),
    error: readFileSync(`${file}.err`, 'utf8').replaceAll(/^.*line \d+: /gm, ''),
    sang: existsSync(`${file}.sang`),
  }));
  rmSync(dir, { recursive: true });
  return runs;
}

function runAll(templates: readonly string[], value: string): Run[] {
  // Each has the one value under the same names.
  const env = {};
  const scripts = templates.map((template) => {
    const rendered = renderScript(template, { v: value });
    Object.assign(env, rendered.env);
    return rendered.text;
  });
  return bash(scripts, env, value);
}

const VALUES: Readonly<Record<string, string>> = {
  'a command behind a semicolon': '; id',
  'a command substitution': '$(id)',
  backquotes: '`id`',
  'a double quote and a command': '" ; id #',
  'a single quote and a command': "' ; id #",
  'lines with a command': 'x\nid\ny\n',
  'a line that ends a here-document': 'EOF\nid\nEOF',
  'the delimiter alone': 'EOF',
  'a parameter': '${x}',
  'a parameter that runs': '${x:=$(id)}',
  'a backslash': '\\',
  'backslash and quotes': '\\\'\\"\\`id\\`',
  'a star': '*',
  'an option': '-rf',
  'a subscript that runs': 'a[$(id)]',
  'closing brackets': ') ; id ; } ; id ; ]] ; id ; )) ; id',
  'a process substitution': '<(id)',
  'a pipe': '|id',
  'an ampersand': '& id &',
  'a comment sign': '#x',
  'a tilde': '~',
  'other alphabets': 'é漢🎉',
  'the mark of the reader': '\uffff',
  'a plain word': 'plain-word_1.2/3:4,5+6=7%8@9',
  '100 KiB': '$(id) x'.repeat(14_629),
  'longer than a variable can be': '$(id)é'.repeat(40_000),
  nothing: '',
};

/** Each prints the value byte for byte, or what is said beside it. */
const EXACT: readonly (readonly [name: string, template: string, expected?: (value: string) => string])[] = [
  ['double quotes', `printf '%s' "{{.v}}"`],
  ['the middle of double quotes', `printf '%s' "a {{.v}} b"`, (v) => `a ${v} b`],
  ['double quotes after a backslash', `printf '%s' "x\\{{.v}}"`, (v) => `x\\${v}`],
  ['single quotes', `printf '%s' '{{.v}}'`],
  ['the middle of single quotes', `printf '%s' 'a "{{.v}}" b'`, (v) => `a "${v}" b`],
  ['single quotes inside double ones', `printf '%s' "'{{.v}}'"`, (v) => `'${v}'`],
  ['double quotes inside single ones', `printf '%s' '"{{.v}}"'`, (v) => `"${v}"`],
  ['ANSI quotes', `printf '%s' $'\\t{{.v}}\\n.'`, (v) => `\t${v}\n.`],
  ['ANSI quotes after a backslash', `printf '%s' $'\\'{{.v}}\\\\{{.v}}'`, (v) => `'${v}\\${v}`],
  ['translated quotes', `printf '%s' $"{{.v}}"`],
  ['all quotes in a row', `printf '%s' "{{.v}}"'{{.v}}'$'{{.v}}'`, (v) => v + v + v],
  ['an assignment', `x={{.v}}; printf '%s' "$x"`],
  ['an assignment after a word', `x=a{{.v}}b y={{.v}}; printf '%s' "$x$y"`, (v) => `a${v}b${v}`],
  ['a quoted assignment', `x='{{.v}}'; printf '%s' "$x"`],
  ['an exported assignment', `export x={{.v}}; printf '%s' "$x"`],
  ['a local assignment', `f() { local x={{.v}} y='{{.v}}'; printf '%s' "$x$y"; }; f`, (v) => v + v],
  ['an environment assignment', `p() { printf '%s' "$x"; }; x={{.v}} p`],
  ['a here-document', `cat <<EOF\na {{.v}} "b"\n{{.v}}\nEOF\n`, (v) => `a ${v} "b"\n${v}\n`],
  ['a here-document after a backslash', `cat <<EOF\n\\{{.v}}\nEOF\n`, (v) => `\\${v}\n`],
  [
    'a quoted here-document',
    `cat <<'EOF'\n$HOME \\ \`id\` \\\\ $(id) \\$ {{.v}} "b"\n{{.v}}\nx\\\nEOF\n`,
    (v) => `$HOME \\ \`id\` \\\\ $(id) \\$ ${v} "b"\n${v}\nx\\\n`,
  ],
  ['a here-document with a double-quoted delimiter', `cat <<"EOF"\n'{{.v}}' $x\nEOF\n`, (v) => `'${v}' $x\n`],
  [
    'a here-document with an escaped delimiter',
    `cat <<\\EOF; printf .\n{{.v}}$(id)\nEOF\n`,
    (v) => `${v}$(id)\n.`,
  ],
  [
    'a here-document with an odd delimiter',
    `cat <<'END OF $IT'\n{{.v}}$(id) HOLDFAST_END\nEND OF $IT\nprintf .`,
    (v) => `${v}$(id) HOLDFAST_END\n.`,
  ],
  ['a here-document without its tabs', `cat <<-EOF\n\t\ta {{.v}}\n\tEOF\nprintf .`, (v) => `a ${v}\n.`],
  [
    'a quoted here-document without its tabs',
    `cat <<-'EOF'\n\t\t$a {{.v}}\n\t{{.v}}\n\tEOF\nprintf .`,
    (v) => `$a ${v}\n${v}\n.`,
  ],
  [
    'a quoted here-document without its tabs and an odd delimiter',
    `cat <<-'E F'\n\t\t$a {{.v}}\n\tE F\nprintf .`,
    (v) => `$a ${v}\n.`,
  ],
  ['two here-documents', `cat <<A - <<'B' <<C\n{{.v}}\nA\n$x{{.v}}\nB\n'{{.v}}'\nC\n`, (v) => `'${v}'\n`],
  ['a here-document that continues a line', `cat <<EOF\na\\\nEOF\n{{.v}}\nEOF\n`, (v) => `aEOF\n${v}\n`],
  [
    'a here-document in a substitution',
    `x=$(cat <<'EOF'\n$x '{{.v}}'\nEOF\n); printf '%s' "$x"`,
    (v) => `$x '${v}'`,
  ],
  ['a substitution in a here-document', `cat <<EOF\n$(printf '%s.' '{{.v}}')\nEOF\n`, (v) => `${v}.\n`],
  ['a here-string', `cat <<<"{{.v}}"`, (v) => `${v}\n`],
  ['a bare here-string', `cat <<<.{{.v}}`, (v) => `.${v}\n`],
  ['a substitution', `printf '%s' "$(printf '%s.' "{{.v}}")"`, (v) => `${v}.`],
  ['substitutions in each other', `printf '%s' "$(printf '%s' "$(printf '%s.' '{{.v}}')")"`, (v) => `${v}.`],
  ['backquotes', `x=\`printf '%s.' "{{.v}}"\`; printf '%s' "$x"`, (v) => `${v}.`],
  ['single quotes in backquotes', `x=\`printf '%s.' 'a"{{.v}}'\`; printf '%s' "$x"`, (v) => `a"${v}.`],
  ['quoted backquotes', `printf '%s' "\`printf '%s.' '{{.v}}'\`"`, (v) => `${v}.`],
  ['quoted backquotes with escaped quotes', `printf '%s' "\`printf '%s.' \\"{{.v}}\\"\`"`, (v) => `${v}.`],
  [
    'backquotes in backquotes',
    `x=\`printf '%s' "\\\`printf '%s.' '{{.v}}'\\\`"\`; printf '%s' "$x"`,
    (v) => `${v}.`,
  ],
  [
    'a quoted here-document in backquotes',
    `x=\`cat <<'EOF'\n\\$x \\\\\\\\ '{{.v}}'.\nEOF\n\`; printf '%s' "$x"`,
    (v) => `$x \\\\ '${v}'.`,
  ],
  ['a backslash in backquotes', `x=\`printf '%s' "\\\\\\\\{{.v}}."\`; printf '%s' "$x"`, (v) => `\\${v}.`],
  [
    'an array',
    `a=("{{.v}}" '{{.v}}' # {{.v}}\n "x"); printf '%s' "\${a[@]}" "\${#a[@]}"`,
    (v) => `${v}${v}x3`,
  ],
  ['an element of an array', `a[1]="{{.v}}"; a+=([5]='{{.v}}'); printf '%s' "\${a[@]}"`, (v) => v + v],
  ['a conditional', `[[ "{{.v}}" == "$V" && '{{.v}}' = "$V" ]] && printf same`, () => 'same'],
  [
    'a conditional with brackets',
    `if [[ ( -n x"{{.v}}" ) && ! ( "{{.v}}" != "$V" ) ]]; then printf same; fi`,
    () => 'same',
  ],
  ['a test', `if [ "{{.v}}" = "$V" ]; then printf same; fi`, () => 'same'],
  ['a case', `case "{{.v}}" in "$V") printf same;; *) printf other;; esac`, () => 'same'],
  ['a pattern of a case', `case "$V" in a) ;; ("{{.v}}") printf same;; esac`, () => 'same'],
  [
    'a body of a case in a substitution',
    `x="$(case x in a) ;; x) printf '%s.' '{{.v}}' ;; esac)"; printf '%s' "$x"`,
    (v) => `${v}.`,
  ],
  ['a default', `printf '%s' "\${nope:-{{.v}}}"`],
  ['a quoted default', `printf '%s' "\${nope:-"{{.v}}"}"`],
  ['a default in single quotes', `printf '%s' \${nope:-'{{.v}}'}`],
  ['a default in single quotes that are none', `printf '%s' "\${nope:-'{{.v}}'}"`, (v) => `'${v}'`],
  ['an assigned default', `: "\${nope:={{.v}}}"; printf '%s' "$nope"`],
  ['a loop', `for x in "{{.v}}" '{{.v}}'; do printf '%s' "$x"; done`, (v) => v + v],
  ['a function', `f() { printf '%s' "{{.v}}"; }\nf\nfunction g { printf '%s' '{{.v}}'; }; g`, (v) => v + v],
  ['a subshell', `( printf '%s' '{{.v}}' )`],
  ['a subshell in a subshell', `( (printf '%s' '{{.v}}'); printf .)`, (v) => `${v}.`],
  [
    'a substitution that begins with a subshell',
    `printf '%s' "$( (printf '%s' '{{.v}}'); printf .)"`,
    (v) => `${v}.`,
  ],
  ['a pipeline', `printf '%s' "{{.v}}" | cat`],
  ['a process substitution', `cat <(printf '%s' '{{.v}}')`],
  ['a comment', `# it's {{.v}} "\nprintf '%s' '{{.v}}' # don't {{.v}}`],
  ['a number sign that is none', `printf '%s' a#"{{.v}}"$#'{{.v}}'`, (v) => `a#${v}0${v}`],
  [
    'code beside arithmetic',
    `printf '%s' $((1+(2*3)))"{{.v}}"$[1]'{{.v}}'; ((1 << 2)); printf '%s' "{{.v}}"`,
    (v) => `7${v}1${v}${v}`,
  ],
];

/** Bash takes minutes for this with a pattern of 100 KiB. */
const REMOVED = `x="$V."; printf '%s' "\${x#'{{.v}}'}\${x#"{{.v}}"}"`;

const BARE: readonly (readonly [name: string, template: string])[] = [
  ['an argument', `printf '[%s]' {{.v}}`],
  ['an argument with neighbours', `printf '[%s]' a{{.v}}b x`],
  ['an argument after a backslash', `printf '[%s]' a\\{{.v}}`],
  ['a default', `printf '[%s]' \${nope:-{{.v}}}`],
  ['an array', `a=({{.v}}); printf '[%s]' "\${a[@]}"`],
  ['a loop', `for x in {{.v}}; do printf '[%s]' "$x"; done`],
  ['a substitution', `printf '[%s]' $(printf '[%s]' {{.v}})`],
  ['backquotes', `printf '[%s]' \`printf '[%s]' {{.v}}\``],
];

/** Odd places: the value is data there, or fails the task. */
const ODD = [
  `{{.v}} a`, `x {{.v}}`, `echo {{.v}}#{{.v}}`, `echo {{.v}} > {{.v}}`, `$\{{.v}}`, `[[ {{.v}} ]]`, `[[ x == {{.v}} ]]`,
  `[[ x =~ ({{.v}}|y) ]]`, `case {{.v}} in {{.v}}) ;; esac`, `~{{.v}}`, `{a,{{.v}}}`, `{{.v}}={{.v}}`, `echo \`echo \\{{.v}}\``, `! {{.v}}`, `time {{.v}}`, `coproc {{.v}}`, `if {{.v}}; then {{.v}}; fi`, `{{.v}}() { :; }`,
  `echo "\${nope:-'{{.v}}"`, `echo 'it{{.v}}`, `cat <<'EOF'\n{{.v}}`, `echo $(cat <<'EOF'\n{{.v}}\nEOF)`, 'echo ${{.v}}',
]; // prettier-ignore

/** Here even the value of a variable is looked through for code, so that most values are refused. */
const EVALUATED = [
  'echo $(( {{.v}} ))', 'echo $(( 1 + "{{.v}}" ))', '(( {{.v}} ))', 'echo $[ {{.v}} ]', 'a[{{.v}}]=1', 'a=([{{.v}}]=1)',
  'echo ${a[{{.v}}]}', 'a=x; echo "${a:{{.v}}:1}"', '[[ {{.v}} -eq 1 ]]', '[[ 1 -lt "{{.v}}" ]]', '[[ -v {{.v}} ]]',
  'let x={{.v}}', 'declare -i x={{.v}}', 'for (( i={{.v}}; i<1; i++ )); do break; done', 'echo ${x{{.v}}}', 'echo ${!{{.v}}}',
  'echo $(( ${nope:-{{.v}}} ))', 'for ((;{{.v}};)); do break; done', 'cat <<{{.v}}', 'echo `echo $(({{.v}}))`',
  'a=(1 2); echo ${a[@]:{{.v}}}', 'echo "$(( `echo 1` + {{.v}} ))"', 'echo $((1 + (2 * {{.v}}) ))',
  'declare {{.v}}=1', 'declare -a "{{.v}}"', 'read {{.v}} <<<1', "printf -v '{{.v}}' x", '[ -v {{.v}} ]', 'test -v "{{.v}}"', 'unset {{.v}}',
  'typeset -n r={{.v}}', 'export {{.v}}',
  // Found by attacking a copy of our own.
  `declare -A m; unset 'm[{{.v}}]'`, 'read "a[{{.v}}]" <<< x', 'echo hi >& "{{.v}}.log"', 'if [ {{.v}} = prod ]; then :; fi', 'declare -i n; n="{{.v}}"',
  'f() { local -i n="{{.v}}"; }; f', 'declare -i n; n+="{{.v}}"', 'declare -a x="{{.v}}"', 'declare -A x="{{.v}}"', 'readonly -a x="{{.v}}"', 'x="{{.v}}"; (( x > 3 ))',
  'x="{{.v}}"; echo $((x))', 'x="{{.v}}"; [[ $x -gt 3 ]]', 'echo $(( $(echo "{{.v}}") + 1 ))', 'builtin let x={{.v}}', 'command declare -i n={{.v}}',
  ': "{{.v}}"; x[{{.v}}{{.v}}]=1', 'if true; then\\\n(( {{.v}} )); fi', 'echo\r\n(( {{.v}} ))\r\n', 'echo\u00a0#\n(( {{.v}} ))', 'export {{.v}}="{{.v}}"',
  // The author's own second step.
  'x="{{.v}}"; y=$x; (( y ))', 'f() { (( $1 )); }; f "{{.v}}"', 'for x in "{{.v}}"; do (( x )); done', 'read x <<< "{{.v}}"; (( x ))', 'x="{{.v}}"; eval "$x"',
  'echo "{{.v}}" | while read -r x; do (( x )); done', 'set -- "{{.v}}"; (( $1 ))', 'printf -v x %s "{{.v}}"; (( x ))', 'x="{{.v}}"; echo "${x@P}"', 'x="{{.v}}"; echo "${!x}"',
  'x="{{.v}}"; $x', 'f() { local -n r=$1; r=1; }; f "{{.v}}"', 'x=("{{.v}}"); (( x[0] ))', ': "${x:={{.v}}}"; (( x ))', 'PS4="{{.v}}"; set -x; :', 'x="{{.v}}"; source "$x"',
  'source <(echo "{{.v}}")', 'eval "$(echo "{{.v}}")"', "trap 'echo {{.v}}' EXIT", 'eval "echo {{.v}}"', 'run() { "$@"; }; run eval "{{.v}}"', '[ "{{.v}}" "{{.v}}" ]',
  'printf "%n" "{{.v}}"', 'printf "{{.v}}" "{{.v}}"', 'mapfile -C "{{.v}}" -c 1 x <<< y', 'SECONDS="{{.v}}"', 'x="{{.v}}"; echo hi >& "$x"', 'x=y; y="{{.v}}"; (( x ))', 'echo "{{.v}}" | while read r; do let n=_; done',
  'echo hi >& `show "{{.v}}"`', `mapfile -c 1 -C "echo '" <<< "{{.v}}"`, '[[ "{{.v}}" =~ (.*) ]]; (( BASH_REMATCH[1] ))', 'x=$(echo y); y="{{.v}}"; (( x ))', 'x="-v {{.v}}"; [ $x ]',
]; // prettier-ignore

describe.each(Object.entries(VALUES))('%s', (_, value) => {
  const harmless = value.startsWith('plain');

  it('comes out of every quoted context byte for byte and runs nothing', () => {
    const runs = runAll(EXACT.map(([, template]) => template), value); // prettier-ignore
    const wrong = EXACT.flatMap(([name, , expected = (v) => v], i) => {
      const got = runs[i];
      const good = got?.out === expected(value) && got.error === '' && !got.sang;
      return good ? [] : [{ name, got, expected: expected(value) }];
    });
    expect(wrong).toEqual([]);
  });

  it('matches itself as a quoted pattern', () => {
    if (value.length < 10_000)
      expect(runAll([REMOVED], value)).toEqual([{ out: '..', error: '', sang: false }]);
  });

  it('is split and globbed in bare words as a variable is, and runs nothing', () => {
    const variables = BARE.map(([, template]) =>
      template.replace('\\{{', '{{').replaceAll('{{.v}}', value && '${V}'),
    );
    const expected = bash(variables, {}, value);
    expect(runAll(BARE.map(([, template]) => template), value)).toEqual(expected); // prettier-ignore
    expect(expected.filter(({ sang }) => sang)).toEqual([]);
  });

  it('is refused where it would be evaluated, or runs nothing there', () => {
    const accepted = [...ODD, ...EVALUATED].filter((template) => {
      try {
        return renderScript(template, { v: value }).text !== '';
      } catch (error) {
        const message = error instanceof TemplateError ? error.message : String(error);
        expect(message).toMatch(/^template: interpolate:\d+:\d+: executing "interpolate" at <\.v>: /);
        return false;
      }
    });
    // A plain word may name a program, a variable or a file, and a number is one.
    if (value.includes('[$('))
      expect(accepted.filter((template) => EVALUATED.includes(template))).toEqual([
        'echo hi >& "{{.v}}.log"',
      ]);
    if (harmless) return;
    const runs = runAll(accepted, value);
    expect(accepted.filter((_template, i) => runs[i]?.sang)).toEqual([]);
  });
});

describe('a dollar sign before a value', () => {
  it('reads the variable that the value names', () => {
    expect(runAll(['x=1; printf %s "${{.v}}"'], 'x')[0]?.out).toBe('1');
  });
});

describe('numbers in arithmetic', () => {
  it.each([
    ['echo $(( {{.v}} + 1 ))', '-5', '-4\n'],
    ['echo $((1-{{.v}})) $((1+{{.v}}))', '-5', '6 -4\n'],
    ['echo $((10#{{.v}}))', '08', '8\n'],
    ['echo $((1{{.v}}))', '0', '10\n'],
    ['[[ {{.v}} -gt 3 ]] && echo more', '7', 'more\n'],
    ['[ "{{.v}}" -gt 3 ] && echo more', '7', 'more\n'],
    ['for (( i=0; i<{{.v}}; i++ )); do echo -n $i; done', '3', '012'],
    ['a=(x y z); echo ${a[{{.v}}]} ${a[-{{.v}}]}', '1', 'y z\n'],
    ['a=(x y z); echo ${a[{{.v}}]}', '-1', 'z\n'],
    ['declare -A m=([1]=one); echo ${m[{{.v}}]}', '1', 'one\n'],
    ['x=abcdef; echo ${x:{{.v}}}', '2', 'cdef\n'],
    ['x=abcdef; echo ${x:{{.v}}}', '-2', 'ef\n'],
    ['n="{{.v}}"; (( n > 3 )) && echo more', '7', 'more\n'],
    ['declare -i n="{{.v}}"; echo $n', '7', '7\n'],
  ])('%s takes %s', (template, value, out) => {
    expect(runAll([template], value)[0]).toEqual({ out, error: '', sang: false });
  });

  it.each([
    'x',
    '',
    '08',
    '0x10',
    '1.5',
    '1e3',
    '+1',
    '1+1',
    '9223372036854775808',
    '1 ',
    'HOLDFAST_VALUE_1',
  ])('are %j not, which fails the task', (value) => {
    expect(() => renderScript('echo $(( {{.v}} ))', { v: value })).toThrow(
      'only a decimal integer can stand in an arithmetic expression',
    );
  });

  it('are not what two values are together', () => {
    expect(() => renderScript('x[{{.v}}{{.w}}]=1', { v: 'HOLDFAST_', w: 'VALUE_1' })).toThrow(
      'only a decimal integer',
    );
    expect(runAll(['x[{{.v}}{{.v}}]=1; echo ${!x[@]}'], '7')[0]?.out).toBe('77\n');
  });
});

it('keeps a value apart from what stands before it', () => {
  const runs = runAll(
    [
      `x=1; xy=2; printf %s "$x{{.v}}"`,
      `printf %s $'\\x4{{.v}}'`,
      `printf %s $'\\{{.v}}'`,
      'echo {{.v}}>/dev/null',
      'echo {{.v}}',
    ],
    'y',
  );
  expect(runs.map(({ out }) => out)).toEqual(['1y', '\x04y', '\\y', '', 'y\n']);
  expect(runAll(['{ echo {{.v}}>/dev/stderr; } 2>&1'], '2')[0]?.out).toBe('2\n');
});

const FRAGMENTS = [
  "'", '"', '`', '$(id)', '`id`', '\\', '\n', ';id;', '${', '}', '{', 'EOF', '\nEOF\n', '|id', '&', ' ', 'é', '#', 'a', ')', '(', '<(id)', ']]',
  '$', '[', ']', '-', '*', '\t', '🎉', '\\`', "$'", '/', '~', '!', '{{.v}}', '\uffff',
]; // prettier-ignore

/** Words that expand to the value with a full stop behind, which keeps line ends that substitutions would drop. */
const word = fc.letrec<{ word: string; command: string }>((tie) => ({
  word: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      `"{{.v}}."`,
      `'{{.v}}.'`,
      `$'{{.v}}.'`,
      `"\${nope:-{{.v}}}."`,
      `"\${nope:-"{{.v}}"}".`,
      `'{{.v}}'"."`,
    ),
    tie('word').map((w) => `"$(printf '%s' ${w})"`),
    tie('word').map((w) => `"\`printf '%s' ${w.replace(/[\\`]/g, '\\$&')}\`"`),
    tie('word').map((w) =>
      `\${nope:-${w}}`.replace(/^.*[^"]$/s, (quoted) =>
        w.startsWith('"') && w.endsWith('"') ? `"${quoted}"` : w,
      ),
    ),
    tie('command').map((c) => `"$(\n${c}\n)"`),
  ),
  command: fc.oneof(
    { maxDepth: 4 },
    tie('word').map((w) => `printf '%s' ${w}`),
    tie('word').map((w) => `x=${w}; printf '%s' "$x"`),
    tie('word').map((w) => `a=(${w}); printf '%s' "\${a[0]}"`),
    tie('word').map((w) => `[[ ${w} == "$V." ]] && printf '%s' "$V."`),
    tie('word').map((w) => `case ${w} in "$V.") printf '%s' ${w};; esac`),
    tie('command').map((c) => `( ${c} )`),
    tie('command').map((c) => `{ ${c}\n}`),
    tie('command').map((c) => `# it's\nif true; then ${c}\nfi`),
    tie('command').map((c) => `case x in (x) ${c}\n;; esac`),
    tie('command').map((c) => `g() { ${c}\n}; g`),
    fc.constant(`x=$(cat <<'EOF'\n{{.v}}.\nEOF\n); printf '%s' "$x"`),
    fc.constant(`x=$(cat <<EOF\n{{.v}}.\nEOF\n); printf '%s' "$x"`),
    tie('word').map((w) => `x=$(cat <<EOF\n$(printf '%s' ${w})\nEOF\n); printf '%s' "$x"`),
  ),
})).command;

it('any value comes out of any nesting of contexts byte for byte and runs nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 8 }), word, (fragments, template) => {
      const value = fragments.join('');
      // Some of these nestings are too much for bash itself, and one here-document in another of the same end for both.
      fc.pre(!/EOF.*EOF.*EOF/s.test(template));
      fc.pre(runAll([template], 'plain')[0]?.out === 'plain.');
      expect(runAll([template], value)[0]).toEqual({ out: `${value}.`, error: '', sang: false });
    }),
    { numRuns: 150 },
  );
}, 60_000);
