/** A value is followed through the descriptors of a task to where bash evaluates or runs it. */

import { renderTask } from '../../render.js';

const problemOf = (entries: readonly string[], v: string): string | null =>
  renderTask(entries, { v }).problem?.message ?? null;

// Each has run a canary in real bash.
test.each([
  // Errors where the output was.
  ['f() { echo "{{ .v }}" >&2; }; n=$(f 2>&1 >/dev/null); (( n ))'],
  ['{ echo "{{ .v }}" >&2; } 2>&1 >/dev/null | { read x; (( x )); }'],
  ['f() { echo "{{ .v }}" >&2; }; f |& { read x; (( x )); }'],
  ['f() { echo "{{ .v }}" >&2; }; f 2> >(read x; (( x )))'],
  ['echo "{{ .v }}" 2> >(read x; (( x ))) >&2'],
  ['f() { echo "{{ .v }}" >&2; }; n=$(f 3>&1 1>&2 2>&3); (( n ))'],
  ['exec 2>&1', 'f() { echo "{{ .v }}" >&2; }', 'n=$(exec 2>&1; f); (( n ))'],
  ['f() { echo "{{ .v }}" >&2; }; n=$(exec 2>&1; f); (( n ))'],
  // Descriptors for output.
  ['exec > >(while read n; do (( n )); done); echo "{{ .v }}"'],
  ['exec > >(while read n; do (( n )); done)', 'f() { echo "{{ .v }}"; }', 'f'],
  ['exec 3> >(read x; (( x ))); echo "{{ .v }}" >&3'],
  ['exec 3> >(read x; (( x )))', 'f() { echo "{{ .v }}"; }; f >&3'],
  ['{ echo "{{ .v }}" >&3; } 3> >(read x; (( x )))'],
  ['n=$( { { echo "{{ .v }}" >&3; } >/dev/null; } 3>&1 ); (( n ))'],
  ['{ echo "{{ .v }}" >&3; } 3>&1 >/dev/null | { read x; (( x )); }'],
  ['exec 3>&1; f() { echo "{{ .v }}" >&3; }; n=$(f 3>&1 >/dev/null); (( n ))'],
  ['coproc { read x; (( x )); }; echo "{{ .v }}" >&${COPROC[1]}'],
  ['coproc { read x; (( x )); }; echo "{{ .v }}" >&"${COPROC[1]}"'],
  ['n=$( { echo "{{ .v }}" | tee /dev/fd/3 >/dev/null; } 3>&1 ); (( n ))'],
  ['n=$(echo "{{ .v }}" | { tee /dev/stderr > /dev/null; } 2>&1); (( n ))'],
  ['cd /dev; n=$(echo "{{ .v }}" > stdout); (( n ))'],
  ['n=$(echo "{{ .v }}" > //dev/./stdout); (( n ))'],
  ['f() { exec > >(read n; (( n ))); }; f; echo "{{ .v }}"'],
  ['f() { echo "{{ .v }}" > "$1"; }; f >(read n; (( n )))'],
  ['f() { echo "{{ .v }}" | tee "$1" >/dev/null; }; f >(read n; (( n )))'],
  ['f() { exec 3> "$1"; echo "{{ .v }}" >&3; }; f >(read n; (( n )))'],
  ['d=/dev/std; n=$(echo "{{ .v }}" > ${d}out); (( n ))'],
  ['n=$({ echo "{{ .v }}" >&4; } 4<&1); (( n ))'],
  ['n=$({ echo "{{ .v }}" >&0; } <&1); (( n ))'],
  ['n=$({ echo "{{ .v }}" >&4; } 4<>/dev/stdout); (( n ))'],
  // Descriptors for input.
  ['exec <<< "{{ .v }}"; n=$(cat); (( n ))'],
  ['exec <<< "{{ .v }}"', 'select o in a b; do (( REPLY )); break; done'],
  ['command exec <<< "{{ .v }}"; read x; (( x ))'],
  ['n=$(cat /dev/fd/3 3<<< "{{ .v }}"); (( n ))'],
  ['exec {fd}<<< "{{ .v }}"; n=$(cat /dev/fd/$fd); (( n ))'],
  ['f() { while read n; do (( n )); done < "$1"; }; f <(echo "{{ .v }}")'],
  ['f() { mapfile -t a < "$1"; (( a[0] )); }; f <(echo "{{ .v }}")'],
  ['f() { n=$(cat "$1"); (( n )); }; f <(echo "{{ .v }}")'],
])('refuses a subscript that runs a command: %j %j %j', (...entries) => {
  expect(problemOf(entries, 'a[$(touch /tmp/x)]')).not.toBeNull();
});

test.each([
  'f=/dev/stdin; source "$f" <<< "{{ .v }}"',
  'source "${1:-/dev/stdin}" <<< "{{ .v }}"',
  'p() { . "$1"; }; p /dev/stdin <<< "{{ .v }}"',
  'p() { . "$@"; }; p /dev/stdin <<< "{{ .v }}"',
  'p() { . "$1"; }; p <(echo "{{ .v }}")',
])('refuses a script that comes by a descriptor: %s', (script) => {
  expect(problemOf([script], 'touch /tmp/x')).not.toBeNull();
});

test.each([
  'log() { echo "$*" >&2; }\nlog "{{ .v }}"\nn=$(./count 2>&1 | wc -l)\nif (( n > 3 )); then echo many; fi',
  'log() { echo "$*" >&2; }\nlog "{{ .v }}"\ncode=$(./status 2>&1)\nif (( code > 3 )); then log "bad {{ .v }}"; fi',
  'n=$(echo "{{ .v }}" >&2; echo 3); (( n ))',
  'n=$(echo "{{ .v }}" >/dev/null 2>&1; echo 3); (( n ))',
  'exec > >(tee -a out.log) 2>&1\necho "{{ .v }}"\nn=3; (( n ))',
  'exec 9>"/tmp/{{ .v }}.lock"\nflock -n 9 || exit 1\nread -r n < count; (( n ))',
  'while read -r a; do echo "$a"; done < <(echo "{{ .v }}")\nn=3; (( n ))',
  'diff <(echo "{{ .v }}") <(sort b) && n=3 && (( n ))',
  'source "$CONFIG"; run "{{ .v }}"',
  'source "$HOME/env.sh"\nsource "./lib/$NAME.sh"\necho "{{ .v }}" | cat',
])('takes any value that goes elsewhere: %j', (script) => {
  expect(problemOf([script], 'a[$(touch /tmp/x)]')).toBeNull();
});
