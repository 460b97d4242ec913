/** Words, arrays and code that bash takes for more than they look like, found by a later attack than those of flows. */

import { renderTask } from '../../render.js';

const problemOf = (entries: readonly string[], variables: Readonly<Record<string, string>>): string | null =>
  renderTask(entries, variables).problem?.message ?? null;

// Each has run a canary in real bash.
describe('a subscript that runs a command', () => {
  test.each([
    // Words that move those behind them.
    ['f() { (( $3 )); }; set -- a b; f "${x-"$@"}" "{{ .v }}"'],
    ['f() { (( $1 )); }; shopt -s nullglob; f *.none "{{ .v }}"'],
    ['f() { (( $3 )); }; touch a b; f ? "{{ .v }}"'],
    ['f() { shift 5; (( $2 )); }; f a "{{ .v }}"'],
    ['f() { shift 5; shift; (( $1 )); }; f a "{{ .v }}"'],
    ['f() { shift </nope; (( $2 )); }; f a "{{ .v }}"'],
    ['f() { (( ${02} )); }; f 1 "{{ .v }}"'],
    // Arrays that were not certain to be associative.
    ['declare -A m >/nope/x; k="{{ .v }}"; m[$k]=1'],
    ['declare -pA m; k="{{ .v }}"; m[$k]=1'],
    ['declare -AF m; k="{{ .v }}"; m[$k]=1'],
    ['export -A m; k="{{ .v }}"; m[$k]=1'],
    ['f() { local "$1=1"; declare -gA m; k="{{ .v }}"; m[$k]=1; }; f m'],
    ['coproc m { cat; }; declare -A m; k="{{ .v }}"; m[$k]=1'],
    ['declare -n r=m; declare -A m; unset r; k="{{ .v }}"; m[$k]=1'],
    ['n=m; read -a $n <<< x; declare -A m; k="{{ .v }}"; m[$k]=1'],
    ['n=m; printf -v "$n[0]" x; declare -A m; k="{{ .v }}"; m[$k]=1'],
    ['f() { local -n r=$1; r=(1); }; f m; declare -A m; k="{{ .v }}"; m[$k]=1'],
    ['local -A m; k="{{ .v }}"; m[$k]=1'],
    ['declare -AZ m; k="{{ .v }}"; m[$k]=1'],
    ['declare -A=1 m; k="{{ .v }}"; m[$k]=1'],
    ['readonly -A m; k="{{ .v }}"; : ${m[$k]}'],
    ['declare -A DIRSTACK; k="{{ .v }}"; DIRSTACK[$k]=1'],
    // Names.
    ['declare -n r=\'a[n]\'; n="{{ .v }}"; r=1'],
    ['x="{{ .v }}"; [[ -v y[x] ]]'],
    ['x="{{ .v }}"; read y\\[x] <<< a'],
    ['x="{{ .v }}"; sleep 0 & wait -n -p "y[x]"'],
    ['x="{{ .v }}"; let $\'\\x78\''],
    ['x="{{ .v }}"; n=$\'\\x78\'; (( n ))'],
    ['declare -i _; : "{{ .v }}"'],
    ['x="{{ .v }}"; declare -i OPTARG; getopts a: o -ax'],
    ['mkdir -p "{{ .v }}"; cd "{{ .v }}"; n=~+; n=${n##*/}; (( n ))'],
    ['mkdir -p "{{ .v }}"; cd "{{ .v }}"; p=\'\\W\'; n="${p@P}"; (( n ))'],
    ['x="{{ .v }}"; n=$(compgen -v x); (( n ))'],
    // Code that comes from elsewhere.
    ['n="{{ .v }}"; compgen -W \'$(( n ))\''],
    ['n="{{ .v }}"; compgen -C "let n" x'],
    ['a=decl; b="are -i n"; eval "$a$b"; n="{{ .v }}"'],
    ['a=decl; eval "${a}are -i n"; n="{{ .v }}"'],
    ['eval "$(printf "decl%s" "are -i n")"; n="{{ .v }}"'],
    ['x="decl\'\'are -i n"; eval "$x"; n="{{ .v }}"'],
    ['x="l\\"et\\" n"; n="{{ .v }}"; eval "$x"'],
    ['f() { (( $1 )); }; n="{{ .v }}"; x="f n"; eval "$x"'],
    ['f() { (( $1 )); }; n="{{ .v }}"; x="f n"; $x'],
    ['f() { (( $1 )); }; n="{{ .v }}"; x="f n"; trap "$x" EXIT'],
    ['f() { (( $1 )); }; s=$(declare -f f); s=${s/f/g}; eval "$s"; g "{{ .v }}"'],
    ['f() { (( $1 )); }; source /dev/stdin <<< "$(declare -f f | sed s/^f/g/)"; g "{{ .v }}"'],
    ['f() { (( $1 )); }; s=$(type f | tail -n +2); eval "g${s#f}"; g "{{ .v }}"'],
    // What a function is handed and runs.
    ['set -- declare -i n; "$@"; n="{{ .v }}"'],
    ['r() { "$@"; }; r declare -gi n; n="{{ .v }}"'],
    ['r() { "$@"; }; n="{{ .v }}"; r let n'],
    ['r() { "$@"; }; n="{{ .v }}"; r eval "(( n ))"'],
    ['r() { "$@"; }; r eval "declare -gi n"; n="{{ .v }}"'],
    ['r() { "$@"; }; n="{{ .v }}"; r test -v "a[n]"'],
    ['r() { "$@"; }; r read n <<< "{{ .v }}"; (( n ))'],
    ['a/x() { (( $1 )); }; n=x; a/$n "{{ .v }}"'],
    ['r() { "$@"; }; a=(let n); n="{{ .v }}"; r "${a[@]}"'],
    ['r() { "$@"; }; a="let n"; n="{{ .v }}"; r $a'],
    ['r() { "$@"; }; n="{{ .v }}"; x=let; r "$x" n'],
    ['r() { "$@"; }; n="{{ .v }}"; r "$(echo let)" n'],
    ['r() { "$@"; }; n="{{ .v }}"; r ${x-let} n'],
    ['r() { "$@"; }; n="{{ .v }}"; r r let n'],
    ['r() { "$@"; }; f() { (( $1 )); }; n="{{ .v }}"; r f n'],
    ['r() { "$@"; }; f() { n=$(cat); (( n )); }; r f <<< "{{ .v }}"'],
    ['r() { "$@"; }; f() { echo "{{ .v }}"; }; n=$(r f); (( n ))'],
    ['c=f; f() { echo "{{ .v }}"; }; n=$($c); (( n ))'],
    ['c=f; f() { read n; (( n )); }; "$c" <<< "{{ .v }}"'],
    ['f() { echo "{{ .v }}"; }; c=f; n=$(eval "$c"); (( n ))'],
    ['f_x() { read n; (( n )); }; c=x; f_$c <<< "{{ .v }}"'],
    ['f_x() { echo "{{ .v }}"; }; c=x; n=$(f_$c); (( n ))'],
  ])('is refused: %s', (script) => {
    expect(problemOf([script], { v: 'a[$(touch /tmp/x)]' })).not.toBeNull();
  });
});

describe('a command', () => {
  test.each([
    ['f() { trap "$@"; }; f "{{ .v }}" EXIT'],
    ['f() { trap -- "$@"; }; f "{{ .v }}" EXIT'],
    ['a=("{{ .v }}" EXIT); trap "${a[@]}"'],
    ['x="{{ .v }} EXIT"; trap $x'],
    ['T=ls; f() { local T; : "${T:=eval}"; $T "{{ .v }}"; }; f'],
    ['T=ls; f() { declare T; $T {{ .v }}; }; f'],
    ['T=ls; T=(); $T {{ .v }}'],
    ['function /x { eval "$1"; }; n=x; "/$n" "{{ .v }}"'],
    ['read POSIXLY_CORRECT <<< 1; BASH_ALIASES[foo]=eval\nfoo "{{ .v }}"'],
    [': ${POSIXLY_CORRECT:=1}; BASH_ALIASES[foo]=eval\nfoo "{{ .v }}"'],
    ['(( POSIXLY_CORRECT = 1 )); BASH_ALIASES[foo]=eval\nfoo "{{ .v }}"'],
    ['for POSIXLY_CORRECT in 1; do :; done; BASH_ALIASES[foo]=eval\nfoo "{{ .v }}"'],
    ['BASH_CMDS[foo]=/bin/sh\nfoo -c "{{ .v }}"'],
  ])('is refused: %j', (script) => {
    expect(problemOf([script], { v: 'eval touch /tmp/x' })).not.toBeNull();
  });
});

test.each([
  ['arr=(1); declare -n r=arr; declare r="{{ .v }}"'],
  ['mapfile -t < /dev/null; declare MAPFILE="{{ .v }}"'],
  ['n=arr; read -ra $n <<< "a b"; declare arr="{{ .v }}"'],
  ['f() { local -n r=$1; r=(a b); }; f arr; declare arr="{{ .v }}"'],
  ['coproc A { cat; }; declare A="{{ .v }}"'],
  ['declare PIPESTATUS="{{ .v }}"'],
])('refuses elements that run a command: %s', (script) => {
  expect(problemOf([script], { v: '($(touch /tmp/x))' })).not.toBeNull();
});

test.each([
  [
    'retry() { local n=$1; shift; for ((i = 0; i < n; i++)); do "$@" && return; done; }\nretry 3 curl "{{ .v }}"',
  ],
  ['run() { echo "+ $*"; "$@"; }\nrun export FOO=bar\nrun source ./env.sh\nrun set -e\nrun echo "{{ .v }}"'],
  ['f() { local a=$1 b=$2; shift 2; for ((i = 0; i < b; i++)); do echo "$1"; done; }\nf x 3 "{{ .v }}"'],
  ['f() { local -n out=$1; out=x; }; f res; local_name="{{ .v }}"; export local_name; echo "$res"'],
  ['declare -A m=([a]=1) >/dev/null; echo "{{ .v }}"'],
  [': "${KUBECTL:=kubectl}"; $KUBECTL get "{{ .v }}"'],
  ['GREEN=$\'\\e[32m\'; echo "${GREEN}{{ .v }}"; n=3; (( n ))'],
  ['cmd="npm test"; eval "$cmd --silent"; wait -n -p job; echo "{{ .v }}"'],
])('takes any value: %j', (script) => {
  expect(problemOf([script], { v: 'a[$(touch /tmp/x)]' })).toBeNull();
});

describe('after an entry that may end before it is through', () => {
  test.each([
    'exit 0; T=ls',
    'kill -TERM $$; T=ls',
    'set -e; false; T=ls',
    ': "${x?}"; T=ls',
    'test -f x || exit 0; T=ls',
  ])('a variable is not certain to name a command: %s', (entry) => {
    expect(problemOf([entry, '$T {{ .v }}'], { v: 'eval touch /tmp/x' })).not.toBeNull();
  });

  test('an array is not certain to be associative', () => {
    const variables = { v: 'a[$(touch /tmp/x)]' };
    expect(problemOf(['exit 0; declare -A m', 'k="{{ .v }}"; m[$k]=1'], variables)).not.toBeNull();
    expect(problemOf(['declare -A m', 'k="{{ .v }}"; m[$k]=1'], variables)).toBeNull();
  });

  test('what was set before it is not lost where it only sets options and variables', () => {
    const entries = ['set -euo pipefail', 'KUBECTL="kubectl -n x"', '$KUBECTL get "{{ .v }}"'];
    expect(problemOf(entries, { v: '$(touch /tmp/x)' })).toBeNull();
  });
});
