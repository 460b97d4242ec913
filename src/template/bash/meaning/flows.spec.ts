/** A value that bash would evaluate or run somewhere behind the place where it stands is refused. */

import { renderTask } from '../../render.js';

const problemOf = (entries: readonly string[], variables: Readonly<Record<string, string>>): string | null =>
  renderTask(entries, variables).problem?.message ?? null;

// Each has run a canary in real bash, by an attacker, before texts were followed through functions, pipes and names.
const EVALUATED: readonly (readonly string[])[] = [
  ["f() { echo \"{{.v}}\"; }\nn=$(f)\nif (( n > 3 )); then echo many; fi"],
  ["x=\"{{.v}}\"\nf() { echo \"$x\"; }\nn=$(f)\nif (( n > 3 )); then echo many; fi"],
  ["f() { cat <<X\n{{.v}}\nX\n}\nn=$(f)\n(( n > 3 ))"],
  ["big() { while read -r n; do if (( n > 3 )); then echo big; fi; done; }\necho \"{{.v}}\" | big"],
  ["big() { local n; read -r n; (( n > 3 )) && echo big; }\nbig <<< \"{{.v}}\""],
  ["big() { local n; read -r n; (( n > 3 )) && echo big; }\nbig <<EOF\n{{.v}}\nEOF"],
  ["big() { local n; read -r n; (( n > 3 )) && echo big; }\nbig < <(echo \"{{.v}}\")"],
  ["big() { mapfile -t l; (( l[0] > 3 )) && echo big; }\nprintf \"%s\\n\" \"{{.v}}\" | big"],
  ["f() { local n o OPTIND=1; while getopts \"n:\" o; do case $o in n) n=$OPTARG;; esac; done; (( n > 3 )) && echo many; }\nf -n \"{{.v}}\""],
  ["set -- -n \"{{.v}}\"\nwhile getopts \"n:\" o; do case $o in n) n=$OPTARG;; esac; done\n(( n > 3 )) && echo many"],
  [': "{{.v}}"; n=$_; (( n > 3 ))'],
  ["f() { local i; for ((i=1;i<=$#;i++)); do if (( ${!i} > 3 )); then echo y; fi; done; }\nf \"{{.v}}\""],
  ["f() { local i=1; local n=${!i}; if (( n > 3 )); then echo y; fi; }\nf \"{{.v}}\""],
  ["V_A=\"{{.v}}\"\nfor v in \"${!V_@}\"; do (( ${!v} > 3 )) && echo big; done"],
  ["APP_COUNT=\"{{.v}}\"\nfor n in APP WEB; do ref=\"${n}_COUNT\"; if (( ${!ref:-0} > 3 )); then echo big; fi; done"],
  ["COUNT_a=\"{{.v}}\"\nfor n in a b; do if (( COUNT_$n > 3 )); then echo big; fi; done"],
  ["COUNT_a=\"{{.v}}\"\nn=a; k=COUNT_$n; if (( k > 3 )); then echo big; fi"],
  ["V_A=\"{{.v}}\"\nfor v in V_{A,B}; do (( ${!v} > 3 )) && echo big; done"],
  ["COUNT=\"{{.v}}\"\nfor k in count; do v=${k^^}; (( ${!v} > 3 )) && echo big; done"],
  ['n=A; printf -v "V_$n" "%s" "{{.v}}"; (( V_A > 3 ))'],
  ["assign() { printf -v \"$1\" \"%s\" \"$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["assign() { declare -g \"$1=$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["assign() { export \"$1=$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["assign() { export \"$1\"=\"$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["assign() { eval \"$1=\\$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["assign() { read -r \"$1\" <<< \"$2\"; }\nassign n \"{{.v}}\"\n(( n > 3 ))"],
  ["read -r \"a[0]\" <<< \"{{.v}}\"\n(( a[0] > 3 ))"],
  ["printf -v \"a[0]\" %s \"{{.v}}\"\n(( a[0] > 3 ))"],
  ["for i in 0 1; do printf -v \"a[$i]\" %s \"{{.v}}\"; done\n(( a[0] > 3 ))"],
  ["declare \"a[0]={{.v}}\"\n(( a[0] > 3 ))"],
  ["n=A; declare \"V_$n={{.v}}\"\n(( V_A > 3 ))"],
  ["V_A=\"{{.v}}\"\nfor k in A; do eval \"n=\\$V_$k\"; (( n > 3 )) && echo big; done"],
  ["V_A=\"{{.v}}\"\nfor k in V_A; do n=$(eval echo \"\\$$k\"); (( n > 3 )) && echo big; done"],
  ["COUNT=\"{{.v}}\"\nCHECK='(( COUNT > 3 ))'\nif eval \"$CHECK\"; then echo big; fi"],
  ['name=n; eval "declare -i $name"; n="{{.v}}"'],
  ['n=$(cat <(echo "{{.v}}")); (( n > 3 ))'],
  ['n=$(cat < <(echo "{{.v}}")); (( n > 3 ))'],
  ['n=$({ cat; } <<< "{{.v}}"); (( n > 3 ))'],
  ['n=$(command echo "{{.v}}"); (( n > 3 ))'],
  ['select o in a b; do (( REPLY > 1 )) && echo two; break; done <<< "{{.v}}"'],
  ["p() { touch \"$PWD/../k\"; echo 1; }\n[[ \"{{.v}}\" =~ ^([A-z0-9]+)$ ]] && (( BASH_REMATCH[1] > 3 ))"],
  ["T='(( n ))'; trap \"$T\" EXIT", 'n="{{.v}}"; echo'],
  ["PS4='$(( n )) '", 'n="{{.v}}"; set -x; echo'],
  ["declare $'\\x2di' n; n=\"{{.v}}\""],
  ['declare {-i,n}; n="{{.v}}"'],
  ['eval "$(echo declare -i n)"; n="{{.v}}"'],
  ["eval \"$(cat <<'X'\n(( n > 3 ))\nX\n)\" ; n=\"{{.v}}\"; eval \"$(cat <<'X'\n(( n > 3 ))\nX\n)\""],
  ['source <(echo "declare -i n"); n="{{.v}}"'],
  ['n="{{.v}}"; source /dev/stdin <<< "(( n > 3 ))"'],
  ['n="{{.v}}"; . <(echo "(( n > 3 ))")'],
  ['k=A; declare -n r=V_$k; V_A="{{.v}}"; (( r ))'],
  ['declare -A m; k="{{.v}}"; m[$k]=1; for i in "${!m[@]}"; do (( i )); done'],
  ['m=(1); declare -A m; k="{{.v}}"; m[$k]=1'],
  ['declare -A m; f() { unset "$1"; }; f m; k="{{.v}}"; m[$k]=1'],
  ['declare -A m; x="unset m"; eval "$x"; k="{{.v}}"; m[$k]=1'],
  ['f() { (( $1 )); }; eval "g$(declare -f f | tail -n +2)"; eval "$(declare -f f | sed s/^f/g/)"; g "{{.v}}"'],
  ["sub() { if (( $2 > 3 )); then echo big; fi; }\nmain() { sub \"$@\"; }\nmain x \"{{.v}}\""],
  ["sub() { local name=$1 count=$2; if (( count > 3 )); then echo big; fi; }\nmain() { sub \"$@\"; }\nmain x \"{{.v}}\""],
  ["f() { local name=$1 count=$2; (( count > 3 )) && echo; }\na=(x \"{{.v}}\"); f \"${a[@]}\""],
  ["f() { local name=$1 count=$2; (( count > 3 )) && echo; }\ng() { f \"${@:2}\"; }; g z x \"{{.v}}\""],
  ['g() { echo "{{.v}}"; }; f() { g; }; n=$(f); (( n > 3 ))'],
  ['f() { echo "{{.v}}"; }; if (( $(f) > 3 )); then echo; fi'],
  ['f() { echo "{{.v}}"; }; if [[ $(f) -gt 3 ]]; then echo; fi'],
  ['f() { n=$(</dev/stdin); (( n > 3 )); }; f <<< "{{.v}}"'],
  ['echo "{{.v}}"; (( HOLDFAST_VALUE_1 ))'],
  ["get_replicas() {\n  case \"$1\" in\n    prod) echo \"{{.v}}\" ;;\n    *) echo 1 ;;\n  esac\n}\nreplicas=$(get_replicas prod)\nif (( replicas > 5 )); then echo \"too many\"; exit 1; fi"],
  ["config() { cat <<EOF\nreplicas={{.v}}\nEOF\n}\nwhile IFS=\"=\" read -r key value; do\n  if [[ $key == replicas && $value -gt 3 ]]; then echo big; fi\ndone < <(config)"],
  ["check_limit() { local line; while read -r line; do [[ $line -gt 100 ]] && echo \"over: $line\"; done; }\nprintf \"%s\\n\" \"{{.v}}\" | check_limit"],
  ["max_tries() { printf \"%s\" \"{{.v}}\"; }\nfor (( i=0; i<$(max_tries); i++ )); do break; done"],
  ["prod_replicas=\"{{.v}}\"\nstaging_replicas=1\nenv=prod\nvar=\"${env}_replicas\"\nreplicas=\"${!var}\"\nif (( replicas > 5 )); then echo; fi"],
  ["usage() { echo \"usage\"; }\nrun() {\n  local OPTIND opt replicas=1\n  while getopts \":r:e:\" opt; do\n    case \"$opt\" in\n      r) replicas=\"$OPTARG\" ;;\n      e) envn=\"$OPTARG\" ;;\n      *) usage; return 1 ;;\n    esac\n  done\n  if [[ \"$replicas\" -gt 5 ]]; then echo \"too many\"; fi\n}\nrun -e prod -r \"{{.v}}\""],
  ["read_config() { local -n _out=\"$1\"; :; }\nset_var() { printf -v \"$1\" \"%s\" \"$2\"; }\nset_var timeout \"{{.v}}\"\ntimeout_ms=$(( timeout * 1000 ))"],
  ["export $(echo \"N={{.v}}\")\nif (( N > 3 )); then echo; fi"],
  ["name() { echo \"{{.v}}\"; }\nx=$(name); echo \"${!x}\""],
  ["name() { echo \"{{.v}}\"; }\ndeclare -n r=\"$(name)\"; echo \"$r\""],
  ["name() { echo \"{{.v}}\"; }\nprintf -v \"$(name)\" x"],
  ["idx() { echo \"{{.v}}\"; }\narr=(1 2); echo \"${arr[$(idx)]}\""],
  ["idx() { echo \"{{.v}}\"; }\n[[ -v $(idx) ]] && echo"],
  ["len() { echo \"{{.v}}\"; }\ns=abc; echo \"${s:0:$(len)}\""],
  ["len() { echo \"{{.v}}\"; }\ndeclare -i n; n=$(len)"],
  ['tag="{{ .v }}"; n=$(( ${tag#v} + 1 ))'],
  ['x="{{ .v }}"; y="${x#n}"; (( y ))'],
  ['x="{{ .v }}"; [[ ${x#v} -gt 3 ]]'],
  ['count_1="{{ .v }}"; i=1; (( count_$i > 3 ))'],
  ['set -- "{{ .v }}"; i=1; (( ${!i} ))'],
  ['read -r "x[0]" <<< "{{ .v }}"; (( x ))'],
  ['declare -i n; read "n[0]" <<< "{{ .v }}"'],
  ['printf -v "SECONDS[0]" %s "{{ .v }}"'],
  ['f() { while read -r x; do (( x )); done; }; echo "{{ .v }}" | f'],
  ['f() { (( $(</dev/stdin) )); }; f <<< "{{ .v }}"'],
  ['f() { y="{{ .v }}"; echo "$y"; }; (( $(f) ))'],
  ['[[ "{{ .v }}" =~ ^[A-z]+ ]] && (( BASH_REMATCH > 3 ))'],
  ['declare -A m; m=([{{ .v }}]=1)'],
  ['declare -A m; k="{{ .v }}"; m=([$k]=1); for i in "${!m[@]}"; do (( i )); done'],
  ['f() { while getopts a: o; do (( OPTARG )); done; }; f -a "{{ .v }}"'],
  ['x="{{ .v }}"; eval y=\\$x; (( y ))'],
  [': "{{ .v }}"; (( HOLDFAST_VALUE_1 ))'],
  ['x=$(cat < <(echo "{{ .v }}")); (( x ))'],
  ['select o in a b; do (( REPLY > 1 )); done <<< "{{ .v }}"'],
  ['exec 3<<< "{{ .v }}"; read -r -u 3 x; (( x ))'],
  ['k=x; : "{{ .v }}"; x=$_; (( k ))'],
  ['k=x; : "{{ .v }}"; x=$_; x=${x:-1}; y=$x; x=$y; (( k ))'],
  ['x="$(cat <<A\nb\nA\neval :; echo "{{ .v }}")"'],
  ['coproc echo "{{ .v }}"; read -r x <&"${COPROC[0]}"; (( x ))'],
  ['x="{{ .v }}"; export x; n=$(printenv x); (( n ))'],
  ['cd "{{ .v }}"; n=$(pwd); (( n ))'],
  ['f() { local -n out=$1; out="{{ .v }}"; }; f n; (( n ))'],
  ['declare -n r=n; r="{{ .v }}"; (( n ))'],
  ['tee >(read -r x; (( x ))) <<< "{{ .v }}"'],
  ['{ echo "{{ .v }}"; } > >(read -r x; (( x )))'],
  ['f() { echo "{{ .v }}" >&2; }; n=$(f 2>&1); (( n ))'],
  ['n=$(eval "echo {{ .v }}"); (( n ))'],
  ['n=$(builtin echo "{{ .v }}"); (( n ))'],
  ['x="{{ .v }}"; n=$(declare -p x); (( n ))'],
  ['c="{{ .v }}"; mapfile -C "$c" -c 1 <<< a'],
]; // prettier-ignore

const RUN: readonly (readonly string[])[] = [
  ['y="{{.v}}"; x=y; eval "echo ${!x}"'],
  ["run() { echo \"+ $*\"; \"$@\"; }\nrun {{.v}}"],
  ["run() { echo \"+ $*\"; \"$@\"; }\nrun {{.v}}"],
  ["retry() { local n=$1; shift; \"$@\"; }\nretry 3 {{.v}}"],
  ['source /dev/stdin <<< "{{.v}}"'],
  ['echo "{{.v}}" | . /dev/stdin'],
  ['T=ls; f() { printf -v "$1" eval; }; f T; $T "{{.v}}"'],
  ['T=ls; x="T=eval"; eval "$x"; $T "{{.v}}"'],
  ['T=ls; declare -n r=T; r=eval; $T "{{.v}}"'],
  ['T=ls; . <(echo T=eval); $T "{{.v}}"'],
  ['T=ls; x=T=eval; trap "$x" DEBUG; :; $T "{{.v}}"'],
  ['REPLY=ls; read <<< eval; $REPLY "{{.v}}"'],
  ['MAPFILE=ls; mapfile -t <<< eval; $MAPFILE "{{.v}}"'],
  ['OPTARG=ls; getopts e: o -eeval; $OPTARG "{{.v}}"'],
  ['BASH_REMATCH=ls; [[ eval =~ eval ]]; $BASH_REMATCH "{{.v}}"'],
  ['T=f; eval "$(echo "f() { eval \\"\\$1\\"; }")"; $T "{{.v}}"'],
  ['eval "$(echo "f() { eval \\"\\$1\\"; }")"; f "{{.v}}"'],
  ['source <(echo "f() { eval \\"\\$1\\"; }"); f "{{.v}}"'],
  ['T=evalx; IFS=x; $T "{{.v}}"'],
  ["envs() { echo \"export A='{{.v}}'\"; }\neval \"$(envs)\""],
  ["cmd() { echo \"eval {{.v}}\"; }\n$(cmd)"],
  ["tool() { echo \"{{.v}}\"; }\n$(tool)"],
  ["tool() { echo \"{{.v}}\"; }\nT=$(tool); $T x"],
  ["undo() { echo \"rm {{.v}}\"; }\ntrap \"$(undo)\" EXIT"],
]; // prettier-ignore

const EXPANDED: readonly (readonly string[])[] = [
  ['y="{{.v}}"; x=y; echo "${!x@P}"'],
  [". /dev/stdin <<EOF\nX=\"{{.v}}\"\nEOF"],
  ["PS4='${n@P} '", 'n="{{.v}}"; set -x; echo'],
  ["envs() { cat <<EOF\nexport A=\"{{.v}}\"\nEOF\n}\neval \"$(envs)\""],
  ["envs() { cat <<EOF\nexport A=\"{{.v}}\"\nEOF\n}\nsource <(envs)"],
  ["p() { echo \"{{.v}}\"; }\nPS4=\"$(p)\"; set -x; :"],
  ["p() { echo \"{{.v}}\"; }\nx=$(p); echo \"${x@P}\""],
]; // prettier-ignore

const SETTING: readonly (readonly string[])[] = [
  ['export $(grep -v "^#" <<< "{{.v}}"); set -x; echo'],
  ["vars() { echo \"{{.v}}\"; }\nwhile read -r line; do export \"$line\"; done < <(vars)\nset -x; echo"],
  ["export $(cat <<EOF\n{{.v}}\nEOF\n)\nset -x; echo"],
  ["f() { echo \"{{.v}}\"; }\nexport $(f)\nset -x; echo"],
  ["export $(tr \",\" \"\\n\" <<< \"{{.v}}\")\nset -x; echo"],
]; // prettier-ignore

it.each(EVALUATED.map((entries) => [entries]))('refuses a subscript that runs a command: %j', (entries) => {
  expect(problemOf(entries, { v: 'a[$(touch /tmp/x)]' })).not.toBeNull();
});

it.each(RUN.map((entries) => [entries]))('refuses a command: %j', (entries) => {
  expect(problemOf(entries, { v: 'eval touch /tmp/x' })).not.toBeNull();
  expect(problemOf(entries, { v: ';touch /tmp/x;' })).not.toBeNull();
});

it.each(EXPANDED.map((entries) => [entries]))('refuses an expansion: %j', (entries) => {
  expect(problemOf(entries, { v: '$(touch /tmp/x)' })).not.toBeNull();
});

it.each(SETTING.map((entries) => [entries]))(
  'refuses an assignment of a variable that bash runs: %j',
  (entries) => {
    expect(problemOf(entries, { v: 'PS4=$(touch /tmp/x)' })).not.toBeNull();
  },
);

it.each(['__holdfast_at', '__holdfast_go_on', 'PS4', 'BASH_ENV', 'TAR_OPTIONS', 'LD_PRELOAD', 'IFS'])(
  'refuses to set %s, which a value names',
  (k) => {
    for (const script of [
      'export {{.k}}="{{.v}}"',
      'printf -v "{{.k}}" %s "{{.v}}"',
      'readonly {{.k}}={{.v}}',
    ])
      expect(problemOf([script, 'echo done'], { k, v: '1' })).not.toBeNull();
  },
);

test('a function that is called with very many words is rendered', () => {
  const items = Array.from({ length: 20_000 }, (_, i) => `host${i}`);
  const script = 'f() { echo "$@"; }; f {{ range .items }}{{ . }} {{ end }}';
  expect(renderTask([script], { items }).problem).toBeNull();
});

test('a task whose variables lead to too many places is refused, and so is code in code without end', () => {
  const chain = Array.from({ length: 2_500 }, (_, i) => `a${i + 1}="{{ .v }} $a${i}"`).join('\n');
  expect(problemOf([chain], { v: '5' })).toContain('its variables lead to too many places');
  expect(problemOf([`${'eval '.repeat(8_000)}"{{ .v }}"`], { v: '5' })).not.toBeNull();
});

test('a value in a directive of printf is a number', () => {
  expect(problemOf(['printf "%{{ .v }}s" PATH'], { v: 'n' })).not.toBeNull();
  expect(problemOf(['printf "%-{{ .v }}s" x'], { v: '20' })).toBeNull();
});

describe('code that a program prints', () => {
  const CODE = ['eval "$(aws login --region {{ .v }})"', 'trap "$(show "{{ .v }}")" EXIT', '. <(sed s/a/b/ <<< "{{ .v }}")', 'x=$(show "{{ .v }}"); echo ${x@P}']; // prettier-ignore
  test.each(CODE)('takes plain words only: %s', (script) => {
    expect(problemOf([script], { v: 'eu-west-1' })).toBeNull();
    expect(problemOf([script], { v: '$(touch /tmp/x)' })).not.toBeNull();
  });
});

test.each(['in', 'then', 'done', 'time'])('a bare %s as a command would be no command', (v) => {
  expect(problemOf(['true\n{{ .v }}\necho there'], { v })).not.toBeNull();
});
