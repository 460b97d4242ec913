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

/** The script as it would run with the value written in as it is. */
const author = (template: string, value: string): Run => bash(template.replaceAll('{{.v}}', value));

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
    expect(run('set -u; f() { echo "[{{.v}}]"; }; f; eval "$(declare -f f)"; f', { v: '' }).out).toBe(
      '[]\n[]\n',
    );
  });
});
