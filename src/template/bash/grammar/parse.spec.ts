/** What is understood of bash, what is not, and that bash itself agrees on the former. */

import { spawnSync } from 'node:child_process';
import { parseScript } from './parse.js';
import { NotUnderstood } from './reader.js';

function problemOf(script: string): string | null {
  try {
    parseScript(script, new Map());
    return null;
  } catch (error) {
    if (error instanceof NotUnderstood) return `${error.at}: ${error.message}`;
    throw error;
  }
}

const bashAccepts = (script: string): boolean =>
  spawnSync('bash', ['--norc', '-O', 'extglob', '-n'], { input: script }).status === 0;

const UNDERSTOOD = [
  'a', 'a b; c', 'a && b || c', 'a | b |& c', 'a & b', '! a', 'time -p a', 'a=1', 'a=1 b', 'a[1]=2', 'a+=(1 [2]=3)', '{ a; }', '( a )',
  'if a; then b; elif c; then d; else e; fi', 'while a; do b; done', 'until a; do b; done < f', 'for x in a b; do c; done', 'for x; do c; done',
  'for ((i=0; i<3; i++)); do a; done', 'for x in a; { b; }', 'select x in a; do break; done', 'case x in a|b) c;; (d) e;& *) f;;& esac', '[[ -f a && ! ( b == c ) ]]',
  '[[ a =~ ^(b|c)+$ ]]', '[[ a < b ]]', '(( 1 + 2 ))', 'f() { a; }', 'function f { a; }', 'function f() (a)', 'coproc a', 'coproc W { a; }',
  'a <<E\nb\nE', "a <<'E' <<-F\nb\nE\n\tc\n\tF\n", 'a <<< b', 'a 2>&1 >f <g {fd}>h &>i', 'a $(b) `c` $((1)) $[2] ${d} ${e:-f} ${g[1]} ${#h} ${!i} ${j@Q} ${k//l/m} ${n:1:2}',
  `a 'b' "c $d" $'e\\'f' $"g"`, 'a <(b) >(c)', 'a \\\nb', '# a\nb # c', 'a#b', '$(case a in b) c;; esac)', 'a {1..3} ~ * ?(b) !(c|d)', 'echo "a `b \\"c\\"` d"', 'a;\n\nb',
  'a() { b; } >c', '"a"=b', 'echo a=(b)'.replace('=(b)', '=b'), 'x=$(cat <<E\na\nE\n)', 'x=$(b; c && cat <<E | d 2>&1\na\nE\nif b && c; then d & e `f; g` $(h; i); fi\nj <<E &\nE\n)', '`cat <<E; b\nE\n`', '( cat <<E; b )\nE', '[ a = b ]', '[', 'a[b]', '${a:-"b}"}', '"${a:-\'b\'}"', 'a\u00a0b', 'a\rb',
  'case a in +([0-9])) b;; @("c)"|d*(e|f))) ;; esac', 'a !(b-$c|$(d)) x@("e f"|\'g)\')', 'a=+(b c)', 'a[b c]=1', 'declare a["b c"]=1 b[$((1 + 2))]=3', 'a \\\n| b',
]; // prettier-ignore

it.each(UNDERSTOOD)('understands %j, as bash does', (script) => {
  expect({ problem: problemOf(script), bash: bashAccepts(script) }).toEqual({ problem: null, bash: true });
});

it.each([
  ["a 'b", '2: a single quote is not closed'],
  ['a "b', '2: a double quote is not closed'],
  ['a `b', '2: a backquote is not closed'],
  ['a $(b', '5: the script ends inside a command'],
  ['a ${b', '5: ${…} has an unknown operator'],
  ['a )', '2: ) stands where a command begins'],
  ['if a; b; fi', '9: fi stands where a command begins'],
  ['a <<E\nb', '6: a here-document does not end'],
  ['a <<E', '5: a here-document has no body'],
  ['a;; b', '1: ; stands where a command begins'],
  ['[[ a b c ]]', '5: [[ ]] has an unknown operator'],
  ['a=(b', '2: an array is not closed'],
  ['a b (c)', '4: a parenthesis stands behind a word'],
])('does not understand %j, and neither does bash', (script, problem) => {
  expect(problemOf(script)).toBe(problem);
});

it.each([
  ['((a); b)', '0: (( may be arithmetic or a subshell: write ( ( for a subshell'],
  ['$((a); b)', '1: (( may be arithmetic or a subshell: write ( ( for a subshell'],
  ['the\\\nn a', '0: a line continues in the first word of a command'],
  ['@(a)', '1: a pattern is the name of a command'],
  ['a @( )', '3: an empty pattern may be the sign of a function'],
  ['function a@() { b; }', '11: an empty pattern may be the sign of a function'],
  ['function a@(\\\n) { b; }', '11: an empty pattern may be the sign of a function'],
  ['a @(b\nc)', '5: \n stands in a pattern'],
  ['a @(b;c)', '5: ; stands in a pattern'],
  ['(\\\n(a); b)', '3: a line continues in an operator'],
  ['a <<\\\n-E\nb\nE', '6: a line continues in an operator'],
  ['declare a[b c]=1', '9: a blank or an operator stands in the subscript of a declaration'],
  ['exec {a[1]}>b', '5: an element of an array keeps a descriptor'],
  ['!(a)', '1: !( is a pattern with extglob'],
  ['a <<"E$x"\nb\nE$x', '4: the delimiter of a here-document is no plain word'],
  ['a $(b <<E)\nc\nE', '9: a here-document begins on the line that ends its substitution'],
  ['a $(b <<E; c\nd\nE\n)', '9: bash 5.2 loses an operator behind a here-document in a substitution'],
  ['a $(b <<E && c\nd\nE\n)', '10: bash 5.2 loses an operator behind a here-document in a substitution'],
  ['a <(b <<E || c\nd\nE\n)', '10: bash 5.2 loses an operator behind a here-document in a substitution'],
  ['a $(b <<E\nd\nE\nc; e)', '15: bash 5.2 loses an operator behind a here-document in a substitution'],
  [
    'a $(b <<E\nd\nE\nif c; e; then f; fi)',
    '18: bash 5.2 loses an operator behind a here-document in a substitution',
  ],
  [
    'a $(if b <<E\nd\nE\nthen c; fi)',
    '9: bash 5.2 misreads a here-document of a compound command in a substitution',
  ],
  [
    'a $({ b; } <<E\nd\nE\n)',
    '11: bash 5.2 misreads a here-document of a compound command in a substitution',
  ],
  [
    'a $(coproc b <<E\nd\nE\n)',
    '13: bash 5.2 misreads a here-document of a compound command in a substitution',
  ],
  ['a <<E "b\nc"\nd\nE', '6: a here-document and a word of several lines share a line'],
  ['(( a\\\n+ 1 ))', '4: \\ stands in an arithmetic expression'],
  ['"${a:-\'}\'}"', '6: a single quote stands in ${…} between double quotes'],
  ['${##}', '3: ${# is followed by an operator'],
])('does not understand %j, which another bash may read otherwise', (script, problem) => {
  expect(problemOf(script)).toBe(problem);
});
