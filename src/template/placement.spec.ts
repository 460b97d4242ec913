/** Values arrive where they are written, and a script is read as bash reads it: real bash runs both. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderScript } from '../../test/support/render.js';
import { TemplateError, type TemplateValue } from './render.js';

type Variables = Readonly<Record<string, TemplateValue>>;

interface Run {
  readonly out: string;
  readonly error: string;
  readonly status: number | null;
  /** A command in a value ran. */
  readonly sang: boolean;
}

/** Each makes a file if it runs. */
const EVALUATED = 'a[$(touch sang)]';
const COMMAND = '$(touch sang)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-placement-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function bash(script: string, env: Readonly<Record<string, string>> = {}): Run {
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...env },
    encoding: 'utf8',
  });
  return { out: stdout, error: stderr, status, sang: existsSync(join(folder, 'sang')) };
}

function run(template: string, variables: Variables): Run {
  const { text, env } = renderScript(template, variables);
  return bash(text, env);
}

function refusal(template: string, variables: Variables): string | null {
  try {
    renderScript(template, variables);
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message.replace(/^.*at <[^>]*>: /, '');
    throw error;
  }
}

describe('a quoted name of a builtin that declares', () => {
  it.each(['\\declare x={{.v}}', '"declare" x={{.v}}', "f() { 'local' x={{.v}}; }; f", 'decl""are x={{.v}}'])(
    'splits the words of an assignment, so that only plain values stand in %s',
    (template) => {
      const value = '1 y[$(touch${IFS}sang)]=1';
      expect(bash(template.replace('{{.v}}', '$V'), { V: value }).sang).toBe(true);
      expect(refusal(template, { v: value })).toBe(
        'only a plain word can stand in an argument that bash splits into words',
      );
    },
  );
});

/** `sings`: bash would run a value that is written into the script as `${V}`. */
const MISREAD: readonly (readonly [name: string, template: string, reason: string, sings: boolean])[] = [
  ['two parentheses', 'x="{{.v}}"; (\\\n( x ))', 'line 2: a line continues in an operator', true],
  ['a dollar sign and parentheses', 'x="{{.v}}"; : $(\\\n( x ))', 'line 2: a line continues in an operator', true],
  [
    'a here-document without its tabs',
    `cat <<\\\n-EOF\n-EOF\ncat <<'X'\nEOF\n(( {{.v}} ))\nX\n`,
    'line 2: a line continues in an operator',
    true,
  ],
  [
    'the subscript of a declaration',
    `declare a[ <<'EOF' ]=x\ncat <<'X'\nEOF\n(( {{.v}} ))\nX\n`,
    'line 1: a blank or an operator stands in the subscript of a declaration',
    true,
  ],
  [
    'a subscript with ANSI quotes',
    `declare -A a\na[$'\\'']=1; (( {{.v}} )); : ']=1 ' #'`,
    `line 2: $' stands in a subscript`,
    true,
  ],
  ['an empty pattern', 'a@() [[ 1 -gt "{{.v}}" ]]; a@', 'line 1: a pattern is the name of a command', true],
  ['a descriptor', 'x="{{.v}}"; exec {a[$x]}>/dev/null', 'line 1: an element of an array keeps a descriptor', true],
  [
    'a descriptor over two lines',
    'true {f\\\nd}>"{{.v}}"',
    'line 1: a line continues in a word before a redirection',
    false,
  ],
  [
    'the name of a reference',
    'echo "{{.v}}"; (( HOLDFAST_VALUE_1 ))',
    'line 1: names that begin with HOLDFAST_VALUE_ are reserved',
    false,
  ],
]; // prettier-ignore

describe.each(MISREAD)('%s', (_name, template, reason, sings) => {
  it('may be more than it seems, so that no value stands in the script', () => {
    expect(bash(template.replaceAll('{{.v}}', '${V}'), { V: EVALUATED }).sang).toBe(sings);
    expect(refusal(template, { v: EVALUATED })).toBe(
      `no value can stand in a script that is not understood: ${reason}`,
    );
  });
});

it('counts all backslashes at the end of a line in a here-document', () => {
  const template = `cat <<EOF\n${'\\'.repeat(1001)}\nEOF\ncat <<'X'\nEOF\n(( {{.v}} ))\nX`;
  expect(bash(template.replace('{{.v}}', '$V'), { V: EVALUATED }).sang).toBe(true);
  expect(refusal(template, { v: EVALUATED })).toBe(
    'only a decimal integer can stand in an arithmetic expression',
  );
});

describe('a value that looks like the delimiter of a here-document', () => {
  it('does not end the first of two on a line', () => {
    const template = 'cat /dev/fd/3 3<<A; cat <<B\n{{.v}}\n{{.w}}\nA\nreal\nB\n';
    expect(run(template, { v: 'A', w: 'touch' }).out).toBe('A\ntouch\nreal\n');
  });

  it.each([
    'cat <<EOF\n{{.v}}\n{{.w}}\nEOF',
    'cat <<-EOF\n\tE{{.v}}\n{{.w}}\nEOF',
    "trap 'cat <<EOF\n{{.v}}F\nEOF' EXIT",
  ])('is refused in the code %j', (code) => {
    const template = code.startsWith('trap') ? code : `eval "${code}"`;
    expect(refusal(template, { v: 'EO', w: 'touch' })).toMatch(
      /^no value can stand in the code of \w+, which is not known$/,
    );
  });

  it('stands in code beside a text that is no part of the delimiter', () => {
    expect(run('eval "cat <<EOF\nname: {{.v}}\nEOF"', { v: 'EOF' }).out).toBe('name: EOF\n');
  });
});

describe('a value of which the variable is gone', () => {
  const variables = { v: 'a b' };
  const GONE = /HOLDFAST_VALUE_1: parameter not set/;

  it.each([
    'echo {{.v}}',
    'echo "{{.v}}"',
    "echo '{{.v}}'",
    "echo $'{{.v}}'",
    'x={{.v}}',
    'echo `echo {{.v}}` {{.v}}',
    'echo "${x:-{{.v}}}"',
    `echo "\${x:-'{{.v}}'}"`,
    'x=abc; echo "${x/b/{{.v}}}"',
    '[[ x == {{.v}} ]]',
    'case {{.v}} in x) ;; esac',
    'for x in {{.v}}; do :; done',
    'a=({{.v}})',
    'f() { echo "{{.v}}"; }; f',
    'set -u; echo "{{.v}}"',
  ])('ends the shell of %s', (template) => {
    const { text } = renderScript(template, variables);
    const { out, error, status } = bash(`${text}\necho reached`);
    expect({ out, error, status }).toEqual({
      out: '',
      error: expect.stringMatching(GONE) as string,
      status: 127,
    });
  });

  it.each([
    'cat <<EOF\n{{.v}}\nEOF\n',
    "cat <<'EOF'\n$x {{.v}}\nEOF\n",
    'cat <<< "{{.v}}"',
    'x=$(echo "{{.v}}")',
    'x=`echo "{{.v}}"`',
    '( echo "{{.v}}" )',
  ])('fails the command of %j', (template) => {
    const { text } = renderScript(template, variables);
    const { out, error, status } = bash(text);
    expect({ out, error }).toEqual({ out: '', error: expect.stringMatching(GONE) as string });
    expect(status).not.toBe(0);
  });

  it('fails a function that is carried to another shell', () => {
    const { out, error, status } = run(
      'f() { echo "rm /srv/{{.v}}"; }; env -i SHLVL=1 bash --norc -c "$(declare -f f); f"',
      variables,
    );
    expect({ out, error, status }).toEqual({
      out: '',
      error: expect.stringMatching(GONE) as string,
      status: 127,
    });
  });

  it('is no other than an empty value that is set', () => {
    expect(run('set -u; f() { echo "[{{.v}}]"; }; f; bash -uc "$(declare -f f); f"', { v: '' }).out).toBe(
      '[]\n[]\n',
    );
  });
});

describe('a value in ${x/pattern/replacement}', () => {
  const REPLACED: readonly (readonly [template: string, values: Variables, out: string])[] = [
    ['x=srv/www/site; echo "${x/{{.v}}/}"', { v: 'srv/www/' }, 'site'],
    ['x=http://a/x; echo "${x/{{.v}}/{{.w}}}"', { v: 'http://a', w: 'https://b' }, 'https://b/x'],
    ['x=a/b; echo ${x/{{.v}}/_} ${x//{{.v}}/_} "${x/#{{.v}}}" "${x/%{{.v}}/"_"}"', { v: 'a/b' }, '_ _  _'],
    ['x=/a/b; echo "${x/{{.v}}/_}"', { v: '/a' }, '_/b'],
    [`x=a/b; echo "\${x/'{{.v}}'/_}" "\${x/"{{.v}}"/_}"`, { v: 'a/b' }, '_ _'],
    ['x=a/b; echo "${x/${y:-{{.v}}}/_}"', { v: 'a/b' }, '_'],
    ['x=a/b; echo "${x/\\{{.v}}/_}" ${x/\\{{.v}}/_}', { v: 'a/b' }, '_ _'],
    ['x=a.b; echo "${x/.{{.v}}/_{{.v}}}"', { v: 'b' }, 'a_b'],
  ];
  it.each(REPLACED)('is a pattern as a whole in %s', (template, values, out) => {
    expect(run(template, values)).toMatchObject({ out: `${out}\n`, error: '' });
  });

  const ODD = ['R&D', 'a\\b\\\\c\\&', 'it\'s "&"', '&', '\\', '$(touch sang)&'];
  const REPLACEMENTS = [
    'x=N; printf %s "${x/N/{{.v}}}"',
    'x=N; printf %s "${x//N/{{.v}}}"',
    'x=N; printf %s "${x/N/"{{.v}}"}"',
    'x=N; printf %s "${x/N/\'{{.v}}\'}"',
    "x=N; IFS=; printf %s ${x/N/$'{{.v}}'}",
    'x=N; IFS=; printf %s ${x/N/{{.v}}}',
    'x=N; printf %s "${x/N/${y:-{{.v}}}}"',
    'x=N; printf %s "${x/N/\\{{.v}}}"',
    'x=N; y="${x/N/{{.v}}}"; printf %s "$y"',
    'x=N; y=$(cat <<EOF\n${x/N/{{.v}}}\nEOF\n); printf %s "$y"',
    'x=N; y=$(cat <<\'EOF\'\n{{.v}}\nEOF\n); printf %s "${x/N/"$y"}"',
    'x=N; y=`printf %s "${x/N/{{.v}}}"`; printf %s "$y"',
    'x=N; y="`printf %s "${x/N/{{.v}}}"`"; printf %s "$y"',
    'x=(N); printf %s "${x[@]/N/{{.v}}}"',
  ];
  it.each(REPLACEMENTS)('arrives byte for byte as the replacement in %j', (template) => {
    for (const v of ODD) {
      const { out, error, sang } = run(template, { v });
      expect({ v, out, error, sang }).toEqual({ v, out: v, error: '', sang: false });
    }
  });
});

describe('a harmless value that bash would read together with what stands beside it', () => {
  const MERGED: readonly (readonly [template: string, values: Variables, out: string])[] = [
    ["x=$'\\x4{{.n}}' y=$'\\{{.n}}'; echo $x $y; if false; then (( x + y )); fi", { n: '1' }, '\x041 \\1'],
    ['p=1; y="$p{{.n}}"; (( y > 3 )) && echo $y', { n: '5' }, '15'],
    ['p=1; p5=2; q=3; y=$p{{.n}}; (( y )); echo $y ${q:-$p{{.n}}} $p.{{.n}}', { n: '5' }, '15 3 1.5'],
    ['x=1; cat <<EOF\n$x{{.v}} $1{{.v}} ${x}{{.v}}\nEOF', { v: 'y' }, '1y y 1y'],
    ['printf "[%s]" x{a{{.v}}}', { v: ',b' }, '[x{a,b}]'],
    ['printf "[%s]" f{,.{{.v}}}', { v: 'a,b' }, '[f][f.a,b]'],
    ['a=({"a":{{.v}}}); printf "[%s]" "${a[@]}"', { v: '1,2' }, '[{a:1,2}]'],
    ['printf "[%s]" {1{{.v}}} {1.{{.w}}3}', { v: '..3', w: '.' }, '[{1..3}][{1..3}]'],
    ['printf "[%s]" {1..{{.n}}}{{.v}}', { n: '3', v: 'x' }, '[1x][2x][3x]'],
    ['echo a >&{{.v}}; cat 2', { v: '2' }, 'a'],
  ];
  it.each(MERGED)('stands for itself in %s', (template, values, out) => {
    const got = run(template, values);
    expect({ out: got.out.trimEnd(), error: got.error }).toEqual({ out, error: '' });
  });

  it.each(['echo \\$p{{.v}}', "echo \\$'\\\\x4{{.v}}'", 'echo \\${x/{{.v}}/}', 'echo {a,{{.v}}}'])(
    'is refused in the code %s',
    (code) => {
      expect(refusal(`eval "${code}"`, { v: '5' })).toMatch(
        /in the code of eval, which is not known$|it runs code that is put together$/,
      );
    },
  );
});

describe('patterns of extglob', () => {
  it('take values, in case and behind shopt', () => {
    const template = `shopt -s extglob
case "{{.v}}" in +([0-9])) echo digits ;; @({{.w}}|x) ) echo "is w" ;; esac
touch keep-1 keep-2 other; echo !(keep-{{.v}}|"{{.w}}")`;
    expect(run(template, { v: '1', w: 'a b' }).out).toBe('digits\nkeep-2 other\n');
    expect(run(template, { v: 'other', w: 'other' }).out).toBe('is w\nkeep-1 keep-2\n');
    expect(run(template, { v: COMMAND, w: EVALUATED })).toMatchObject({ sang: false });
  });

  it('run nothing without the option', () => {
    const { out, sang } = run('echo a\necho +([0-9]|{{.v}}); echo b\necho c', { v: COMMAND });
    expect({ out, sang }).toEqual({ out: 'a\n', sang: false });
  });
});

describe('an apostrophe in a default between double quotes', () => {
  it('begins a quote for bash, so that no value stands beside it', () => {
    const template = `echo "\${x:-it's {{.v}}}"`;
    expect(bash(template).error).toContain('unexpected EOF');
    expect(refusal(template, { v: 'a b' })).toContain('a single quote stands in ${…} between double quotes');
  });

  it('is a character between further double quotes', () => {
    expect(run(`echo "\${x:-"it's {{.v}}"}"`, { v: 'a b' }).out).toBe("it's a b\n");
  });
});
