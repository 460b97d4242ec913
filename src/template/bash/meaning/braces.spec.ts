/** Braces make several words of one before bash looks for a command, options and names among them. */

import { parseScript } from '../grammar/parse.js';
import { renderTask } from '../../render.js';
import { type Part, staticText, type Word } from '../syntax.js';
import { expandWords } from './braces.js';

function wordsOf(script: string): readonly Word[] {
  const command = parseScript(script, new Map()).body[0]?.commands[0];
  return command?.kind === 'simple' ? command.words : [];
}

const textOf = (parts: readonly Part[]): string => staticText(parts) ?? '?';
const expanded = (script: string): readonly string[] | null =>
  expandWords(wordsOf(script))?.map(({ parts }) => textOf(parts)) ?? null;

// Each as bash 5.2 prints it with `printf '<%s>'`.
test.each([
  ['f {a,b}', ['f', 'a', 'b']],
  ['f x{a,b}y', ['f', 'xay', 'xby']],
  ['f {a,{b,c}d}', ['f', 'a', 'bd', 'cd']],
  ['f {a,b}{c,d}', ['f', 'ac', 'ad', 'bc', 'bd']],
  ['{eval,} x', ['eval', 'x']],
  ['e{va,}l x', ['eval', 'el', 'x']],
  ['f {a}', ['f', '{a}']],
  ['f {} {.items[0].name}', ['f', '{}', '{.items[0].name}']],
  ['f {a,b', ['f', '{a,b']],
  ['f {{a,b}', ['f', '{a', '{b']],
  ['f \'{a,b}\' "{a,b}" \\{a,b}', ['f', '{a,b}', '{a,b}', '{a,b}']],
  ['f {"a,b",c}', ['f', 'a,b', 'c']],
  ['f {1..3} {3..1}', ['f', '1', '2', '3', '3', '2', '1']],
  ['f {a..c}', ['f', 'a', 'b', 'c']],
  ['f {a..1} {..} {1..}', ['f', '{a..1}', '{..}', '{1..}']],
  ['f {a,b}$x', ['f', '?', '?']],
])('%s becomes its words', (script, words) => {
  expect(expanded(script)).toEqual(words);
});

test('a word that becomes too many is not known', () => {
  expect(expanded('f {1..100}')).toHaveLength(101);
  for (const script of ['f {1..101}', 'f {1..50}{1..3}', 'f {1..9..3}']) expect(expanded(script)).toBeNull();
});

const problemOf = (script: string, v: string): string | null =>
  renderTask([script], { v }).problem?.message ?? null;

// Each has run a canary in real bash.
test.each([
  'read -r {n,m} <<< "{{ .v }} x"; (( n ))',
  'mapfile -t {n,} <<< "{{ .v }}"; (( n ))',
  '[ {-v,"{{ .v }}"} ]',
  'test {-v,"{{ .v }}"}',
  'printf {-v,"{{ .v }}"} x',
  'printf {-v,n} "{{ .v }}"; (( n ))',
  'n="{{ .v }}"; {eval,"(( n ))"}',
  '{declare,-i} n; n="{{ .v }}"',
  '{eval,} "{{ .v }}"',
  'e{va,}l "{{ .v }}"',
  'n="{{ .v }}"; trap {"(( n ))",EXIT}',
  'f() { (( $2 )); }; f {x,"{{ .v }}"}',
  'f() { (( $3 )); }; f {x,y} "{{ .v }}"',
  'n="{{ .v }}"; {let,n=n+1}',
  'source {/dev/stdin,} <<< "{{ .v }}"',
  'f() { (( $102 )); }; f {1..101} "{{ .v }}"',
  'x="{{ .v }}"; for n in {w..y}; do (( n )); done',
])('refuses a command in what braces make of a word: %s', (script) => {
  expect(problemOf(script, 'a[$(touch /tmp/x)]')).not.toBeNull();
});

test.each([
  'mv "{{ .v }}"{,.bak}',
  'mkdir -p "/srv/{{ .v }}"/{releases,shared/{log,tmp}}',
  'tar czf b.tgz --exclude={node_modules,.git} "{{ .v }}"',
  'for i in {1..5}; do echo "$i {{ .v }}"; done',
  'echo {1..1000} "{{ .v }}"; touch {a..z}{1..100}',
  'printf "%s " {1..5} "{{ .v }}"',
  "kubectl get -o jsonpath='{.items[*].x}' {{ .v }} -o jsonpath={.items[0].metadata.name}",
  'find . -exec echo {} \\; ; echo "{{ .v }}"',
])('takes any value beside braces that do nothing with it: %s', (script) => {
  expect(problemOf(script, 'a[$(touch /tmp/x)]')).toBeNull();
});
