/** What is written into a script, and what is a value or the author's text. */

import { renderScript } from '../../test/support/render.js';
import { renderTask, TemplateError, type TemplateValue } from './render.js';

const REF = '${HOLDFAST_VALUE_1?}';

function text(template: string, variables: Record<string, TemplateValue> = { v: 'a b' }): string {
  return renderScript(template, variables).text;
}

function failure(template: string, variables: Record<string, TemplateValue> = { v: 'a b' }): string {
  try {
    renderScript(template, variables);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  return 'nothing failed';
}

it('leaves a script without templates as it is', () => {
  expect(renderScript('echo "$x" \\', {})).toEqual({ text: 'echo "$x" \\', env: {} });
});

it.each([
  ['echo {{.v}}', `echo ${REF}`],
  [`echo '{{.v}}'`, `echo ''"${REF}"''`],
  [`echo "{{.v}}"`, `echo "${REF}"`],
  [`echo $'{{.v}}'`, `echo $''"${REF}"$''`],
  [`echo \\{{.v}}`, `echo ${REF}`],
  [`echo "\\{{.v}}"`, `echo "\\\\${REF}"`],
  [`cat <<'EOF'\n$x {{.v}}\nEOF`, `cat <<EOF\n\\$x ${REF}\nEOF`],
  [`# {{.v}}`, `# ${REF}`],
  [`echo {{.v}} {{.v}}`, `echo ${REF} ${REF}`],
])('%s refers to a value that is not harmless', (template, expected) => {
  expect(renderScript(template, { v: 'a b' })).toEqual({ text: expected, env: { HOLDFAST_VALUE_1: 'a b' } });
});

it.each(['plain', '1.5', 'a/b:c@d', '2026-11-23T00:00:00+01:00', 'k=v,100%'])('writes %j as it is', (v) => {
  const template = `cat {{.v}} '{{.v}}' "{{.v}}" $'{{.v}}' <<'EOF'\n$ {{.v}}\nEOF`;
  expect(renderScript(template, { v })).toEqual({ text: template.replaceAll('{{.v}}', v), env: {} });
});

it.each(['-rf', '-', 'a b', 'a\n', 'ä', '~', 'a*', '$x', '(', 'a;', '#', '!', '{', '\t'])(
  'refers to %j',
  (v) => {
    expect(renderScript('echo {{.v}}', { v })).toEqual({ text: `echo ${REF}`, env: { HOLDFAST_VALUE_1: v } });
  },
);

it('gives the same value the same name, and another value another', () => {
  const { text: script, env } = renderScript('echo {{range .l}}"{{.}}" {{end}}', {
    l: ['a b', 'c d', 'a b'],
  });
  expect(script).toBe('echo "${HOLDFAST_VALUE_1?}" "${HOLDFAST_VALUE_2?}" "${HOLDFAST_VALUE_1?}" ');
  expect(env).toEqual({ HOLDFAST_VALUE_1: 'a b', HOLDFAST_VALUE_2: 'c d' });
});

it('gives the entries of a task the same names, as they share a shell', () => {
  expect(
    renderTask(['f() { echo "{{.v}}"; }', 'true', 'f; echo "{{.w}}" "{{.v}}"'], { v: 'a b', w: 'c d' }),
  ).toEqual({
    entries: [
      'f() { echo "${HOLDFAST_VALUE_1?}"; }',
      'true',
      'f; echo "${HOLDFAST_VALUE_2?}" "${HOLDFAST_VALUE_1?}"',
    ],
    env: { HOLDFAST_VALUE_1: 'a b', HOLDFAST_VALUE_2: 'c d' },
    problem: null,
  });
});

it('renders the entries before one that fails', () => {
  const { entries, problem } = renderTask(['echo "{{.v}}"', 'echo {{.nope}}', 'echo'], { v: 'a b' });
  expect(entries).toEqual(['echo "${HOLDFAST_VALUE_1?}"']);
  expect(problem?.message).toContain('no entry for key "nope"');
});

it.each([
  ['{{ "a b; c" }}', 'a b; c'],
  ['{{ printf "%s;" "x y" }}', 'x y;'],
  ['{{ if .v }}a; b{{ end }}', 'a; b'],
  ['{{ $x := "a b" }}{{ $x }}', 'a b'],
  ['{{ range $i := 2 }}{{ $i }} {{ end }}', '0 1 '],
])('takes %s for the text of the author', (template, expected) => {
  expect(renderScript(template, { v: 'x', n: 3 })).toEqual({ text: expected, env: {} });
});

it.each([
  '{{ printf "%s-%s" "a" .v }}', '{{ .v | html }}', '{{ $x := .v }}{{ $x }}', '{{ range .l }}{{ . }}{{ end }}', '{{ .v | default "x" }}',
  '{{ with .v }}{{ . }}{{ end }}', '{{ range $k, $e := .m }}{{ $k }}{{ end }}', '{{ .e | default "a b" }}', '{{ or .e "a b" }}',
  '{{ and .v "a b" }}', '{{ index .l 0 }}', '{{ slice .v 0 }}', '{{ print .v }}', '{{ .l }}', '{{ . }}', '{{ $ }}', '{{ .nothing }}',
  '{{ (print .v) }}', '{{ "a b" | printf "%s%s" .v }}', '{{ $x := "c" }}{{ $x = .v }}{{ $x }}', '{{ println .w }}',
])('takes %s for data, since a variable has a part in it', (template) => {
  const variables = { v: 'a b', w: 'c', l: ['a b'], m: { 'a b': 1 }, e: '', nothing: null };
  const { text: script, env } = renderScript(`echo ${template}`, variables);
  expect(script).toBe(`echo ${REF}`);
  expect(Object.keys(env)).toEqual(['HOLDFAST_VALUE_1']);
}); // prettier-ignore

describe('raw', () => {
  it('puts a value into the script as it is', () => {
    expect(renderScript(`echo '{{ .v | raw }}' {{ raw .v }}`, { v: "a'; b" })).toEqual({
      text: `echo 'a'; b' a'; b`,
      env: {},
    });
  });

  it('leaves the values around it data, in the quotes that it opens or closes', () => {
    expect(text(`echo {{ .q | raw }}{{ .v }}{{ .q | raw }}`, { q: "'", v: 'a b' })).toBe(`echo ''"${REF}"''`);
  });

  it.each([
    '{{ $x := .v | raw }}',
    '{{ .v | raw | print }}',
    '{{ print (raw .v) }}',
    '{{ if raw .v }}{{ end }}',
    '{{ print raw }}',
  ])('is refused in %s, where it would seem to do something', (template) => {
    expect(failure(template)).toBe(
      'template: interpolate:1: raw is only allowed as the last command of an action',
    );
  });
});

it('does not take a value for a template', () => {
  expect(renderScript('echo "{{.v}}"', { v: '{{.w}}', w: 'x' })).toEqual({
    text: `echo "${REF}"`,
    env: { HOLDFAST_VALUE_1: '{{.w}}' },
  });
});

it('spreads a value that is too long for one variable over several', () => {
  const v = 'é'.repeat(100_000);
  const { text: script, env } = renderScript(`echo '{{.v}}'`, { v });
  expect(script).toBe(`echo ''"\${HOLDFAST_VALUE_1?}\${HOLDFAST_VALUE_2?}"''`);
  expect(Object.values(env).join('')).toBe(v);
});

it('never lets a value end a here-document', () => {
  expect(text('cat <<EOF\n{{.v}}\n{{.w}}\nEOF\n', { v: 'EOF', w: 'reboot' })).toBe(
    `cat <<EOF\n${REF}\n\${HOLDFAST_VALUE_2?}\nEOF\n`,
  );
  expect(text(`cat <<-'EOF'\n\tE{{.v}}\n$x\n\tEOF\n`, { v: 'OF' })).toBe(
    `cat <<-EOF\n\tE${REF}\n\\$x\n\tEOF\n`,
  );
});

it('does not let an empty value turn what follows it into a comment', () => {
  expect(text('echo {{.v}}#a', { v: '' })).toBe(`echo ${REF}#a`);
});

it.each([
  ['echo $(({{.v}}))', 'only a decimal integer can stand in an arithmetic expression'],
  ['echo ${a[{{.v}}]}', 'only a decimal integer can stand in a subscript'],
  ['echo ${a{{.v}}}', 'only the name of a variable can stand in the name of a variable'],
  ['echo "${{.v}}"', 'only the name of a variable can stand in the name of a variable'],
  [
    'cat <<{{.v}}',
    'no value can stand in a script that is not understood: line 1: a value is the delimiter of a here-document',
  ],
])('refuses in %s what bash would take for code', (template, reason) => {
  const column = template.indexOf('{{') + 2;
  expect(failure(template, { v: 'x[$(id)]' })).toBe(
    `template: interpolate:1:${column}: executing "interpolate" at <.v>: ${reason}`,
  );
});

it('refuses a NUL byte, which no environment can hold', () => {
  const reason =
    'template: interpolate:1:7: executing "interpolate" at <.v>: a value with a NUL byte cannot be handed to a shell';
  expect(failure('echo {{.v}}', { v: 'a\0b' })).toBe(reason);
  expect(failure('echo {{.v|raw}}', { v: 'a\0b' })).toContain('NUL');
});

it('writes half a surrogate pair as the replacement character, as its bytes will be', () => {
  expect(renderScript('echo {{.v}}', { v: '\ud800' }).env).toEqual({ HOLDFAST_VALUE_1: '\ufffd' });
});

it('takes a missing key for an error, in the words of Go', () => {
  expect(failure('echo {{.nope}}')).toBe(
    'template: interpolate:1:7: executing "interpolate" at <.nope>: map has no entry for key "nope"',
  );
  expect(failure('{{.constructor}}{{.__proto__}}')).toContain('no entry for key "constructor"');
});

describe('numbers', () => {
  it.each([
    ['{{.v}}', 1_000_000, '1000000'],
    ['{{.v}}', -0, '0'],
    ['{{.v}}', 9_007_199_254_740_991, '9007199254740991'],
    ['{{.v}}', 1.7e18, '1700000000000000000'],
    ['{{.v}}', 1e21, '1000000000000000000000'],
    ['{{.v}}', [-1.7e18], '[-1700000000000000000]'],
    ['{{.v}}', 12_345_678_901_234_567_890n, '12345678901234567890'],
    ['{{.v}}', 1.5, '1.5'],
    ['{{printf "%d" .v}}', 3, '3'],
    ['{{printf "%.2f" .v}}', 3, '3.00'],
    ['{{printf "%g" .v}}', 3, '3'],
    ['{{index "abc" .v}}', 1, '98'],
    ['{{eq .v 2}} {{eq .v 2.0}} {{gt .v 1.5}} {{lt .v 3}}', 2, ' true true true true'.trim()],
    ['{{gt .v 1}}', 1.5, 'true'],
  ])('%s of %s is %s', (template, v, expected) => {
    const { text: script, env } = renderScript(`echo ${template}`, { v });
    expect(env.HOLDFAST_VALUE_1 ?? script.slice('echo '.length)).toBe(expected);
  });
});

it.each(['define "x"', 'template "x"', 'block "x" .'])('does not know {{%s}} and says so', (action) => {
  expect(failure(`{{${action}}}`)).toMatch(/^template: interpolate:1: \{\{\w+\}\} is not supported$/);
});
