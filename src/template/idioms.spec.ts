/** Scripts as people write them take any value. */

import { renderScript } from '../../test/support/render.js';
import { TemplateError } from './render.js';

const IDIOMS = [
  'echo "Deploying {{ .app }} to {{ .env }}"',
  'cd "/srv/{{ .app }}" && git pull',
  'set -euo pipefail\ncd /srv/{{ .app }}\n./deploy.sh --env "{{ .env }}"',
  'if [ "{{ .env }}" = "production" ]; then\n  echo prod\nelse\n  echo other\nfi',
  'if [[ "{{ .env }}" == prod* ]]; then echo prod; fi',
  '[ -n "{{ .tag }}" ] || exit 1',
  '[ -d "/srv/{{ .app }}" ] || mkdir -p "/srv/{{ .app }}"',
  'test -f "{{ .file }}" && rm -f -- "{{ .file }}"',
  'case "{{ .env }}" in\n  prod|production) echo p ;;\n  staging) echo s ;;\n  *) echo "unknown {{ .env }}" >&2; exit 2 ;;\nesac',
  'kubectl -n "{{ .ns }}" set image deployment/app app=registry.example.com/app:{{ .tag }}',
  'kubectl apply -f - <<EOF\nmetadata:\n  name: "{{ .app }}"\nEOF',
  `curl -fsS -X POST -H 'Content-Type: application/json' -d '{"text": "{{ .message }}"}' "$WEBHOOK_URL"`,
  'docker build -t "app:{{ .tag }}" --build-arg VERSION="{{ .tag }}" .',
  'docker run --rm -e TENANT="{{ .tenant }}" -v "$PWD:/work" image ./import.sh "{{ .tenant }}"',
  'for i in 1 2 3; do ./try "{{ .app }}" && break; sleep 5; done',
  'for host in {{ .hosts }}; do ping -c1 "$host"; done',
  'while ! ./ready "{{ .app }}"; do sleep 1; done',
  'export TENANT="{{ .tenant }}"\n./run.sh',
  'TENANT={{ .tenant }} ./run.sh',
  'NAME="{{ .name }}"; FILE="/tmp/${NAME}.log"; touch "$FILE"',
  'DIR=$(mktemp -d)\ntrap \'rm -rf "$DIR"\' EXIT\necho "{{ .name }}" > "$DIR/name"',
  'mysqldump "{{ .db }}" | gzip > "/backup/{{ .db }}-$(date +%F).sql.gz"',
  'tar czf "/backup/{{ .name }}.tgz" -C /srv "{{ .name }}"',
  'rsync -a --delete "/srv/{{ .app }}/" "backup:/srv/{{ .app }}/"',
  'python3 manage.py import --tenant "{{ .tenant }}" --since "{{ .since }}"',
  'php bin/console app:import --tenant={{ .tenant }}',
  './flow "content:render" --site={{ .site }} 2>&1 | tee "/var/log/{{ .site }}.log"',
  'npm ci && npm run build -- --base "/{{ .base }}/"',
  'make deploy ENV={{ .env }}',
  'ansible-playbook -i "inventories/{{ .env }}" site.yml -e "version={{ .version }}"',
  'terraform workspace select "{{ .env }}" || terraform workspace new "{{ .env }}"',
  'terraform apply -auto-approve -var "tag={{ .tag }}"',
  'helm upgrade --install "{{ .app }}" ./chart --set image.tag="{{ .tag }}"',
  'aws s3 sync ./dist "s3://{{ .bucket }}/" --delete',
  'find "/data/{{ .tenant }}" -type f -mtime +7 -delete',
  'grep -c -- "{{ .pattern }}" access.log || true',
  `awk -v id="{{ .id }}" '$1 == id { print $2 }' users.txt`,
  `sed -i "s|__VERSION__|{{ .version }}|" config.js`,
  `jq --arg v "{{ .version }}" '.version = $v' package.json > p && mv p package.json`,
  `printf '%s\\n' "{{ .line }}" >> list.txt`,
  'printf "%-20s %s\\n" "{{ .name }}" "{{ .status }}"',
  'cat > config.yml <<EOF\nname: {{ .name }}\nhost: $HOST\nEOF',
  "cat > .env <<'EOF'\nNAME={{ .name }}\nEOF",
  'log() { echo "[$(date +%T)] $*"; }\nlog "importing {{ .tenant }}"',
  'retry() { local n=0; until "$@"; do n=$((n + 1)); [ "$n" -ge 3 ] && return 1; sleep 1; done; }\nretry curl -f "https://{{ .host }}/health"',
  'deploy() {\n  local app=$1 env=$2\n  echo "$app to $env"\n  ./deploy "$app" --env "$env"\n}\ndeploy "{{ .app }}" "{{ .env }}"',
  'args=(--tenant "{{ .tenant }}")\nif [ -n "{{ .since }}" ]; then args+=(--since "{{ .since }}"); fi\n./import "${args[@]}"',
  'declare -A hosts=([prod]=a [staging]=b)\nenv="{{ .env }}"\nssh "${hosts[$env]}" uptime',
  'IFS=, read -ra parts <<< "{{ .list }}"\nfor p in "${parts[@]}"; do echo "$p"; done',
  'while IFS= read -r line; do echo "$line"; done < "{{ .file }}"',
  'mapfile -t files < <(ls "/data/{{ .dir }}")\necho "${#files[@]}"',
  'count=$(wc -l < "{{ .file }}")\nif [ "$count" -gt 10 ]; then echo many; fi',
  'count=$(wc -l < "{{ .file }}")\nif (( count > 10 )); then echo many; fi',
  'start=$(date +%s)\n./run "{{ .x }}"\necho "took $(( $(date +%s) - start )) s"',
  'echo "{{ .password }}" | docker login -u user --password-stdin',
  'id=$(echo "{{ .name }}" | tr A-Z a-z)\necho "$id"',
  'slug="{{ .title }}"; slug="${slug// /-}"; slug="${slug,,}"; echo "$slug"',
  'file="{{ .file }}"; echo "${file##*/}" "${file%.*}"',
  'VERSION="${VERSION:-{{ .version }}}"; echo "$VERSION"',
  'echo "${OVERRIDE:-{{ .default }}}"',
  '# {{ .comment }}\necho ok',
  'exec ./server --name "{{ .name }}"',
  'sudo -u app -- /opt/app/bin/run "{{ .job }}"',
  'timeout 60 ./slow "{{ .x }}"',
  '( cd /tmp && ./x "{{ .x }}" ) &\nwait',
  '{ echo a; echo "{{ .b }}"; } > out.txt 2>&1',
  './a "{{ .x }}" 2>/dev/null || { echo "failed: {{ .x }}" >&2; exit 1; }',
  'test "{{ .a }}" != "{{ .b }}"',
  '[ "{{ .a }}" = x ] && [ "{{ .b }}" = y ]',
  '[ "{{ .a }}" = x -o "{{ .a }}" = y ]',
  '[[ -n "{{ .a }}" && "{{ .b }}" =~ ^[a-z]+$ ]] && echo ok',
  '[[ "{{ .version }}" =~ ^([0-9]+)\\.([0-9]+) ]] && echo "${BASH_REMATCH[1]}"',
  '[[ "{{ .version }}" =~ ^v?([0-9]+)\\.([0-9]+)$ ]] && (( BASH_REMATCH[1] > 3 )) && echo new',
  'KUBECTL="kubectl --context prod"\n$KUBECTL get pods -l "app={{ .app }}"',
  'psql -v ON_ERROR_STOP=1 -v tenant="{{ .tenant }}" -f import.sql',
  `psql -c "delete from t where tenant = '{{ .tenant }}'"`,
  `ssh deploy@host "cd /srv && ./deploy '{{ .app }}'"`,
  `bash -c 'echo "$1"' -- "{{ .x }}"`,
  'echo "::group::{{ .title }}"; ./build; echo "::endgroup::"',
  'mail -s "Job {{ .name }} failed" ops@example.com <<< "{{ .message }}"',
  'select_db() { mysql -N -e "$1"; }\nselect_db "select 1 -- {{ .x }}"',
  'for f in /data/{{ .tenant }}/*.csv; do ./load "$f"; done',
  'touch "/tmp/{{ .a }}"{1..3}',
  'local_var=1; (( local_var++ )); echo "{{ .x }} $local_var"',
  '{{ if .verbose }}set -x{{ end }}\n./run "{{ .x }}"',
  '{{ range .items }}./process "{{ . }}"\n{{ end }}',
  '{{ range $k, $v := .map }}echo "{{ $k }}={{ $v }}" >> env.txt\n{{ end }}',
  'exec > >(tee "/var/log/{{ .name }}.log") 2>&1\n./run',
  'diff <(sort "{{ .a }}") <(sort "{{ .b }}")',
  'kill -TERM "$(cat "/run/{{ .app }}.pid")"',
  'MSG="Deployed {{ .app }}"; printf "$MSG\\n"',
  'export PATH="/opt/{{ .tool }}/bin:$PATH"',
  'shopt -s nullglob\nfor f in "/in/{{ .t }}"/*; do ./x "$f"; done',
  'umask 077; echo "{{ .x }}" > secret',
  'read -r a b <<< "{{ .pair }}"; echo "$a" "$b"',
  'x=$(printf %s "{{ .x }}" | base64 -w0); echo "$x"',
  'eval "$(ssh-agent)" && ssh-add "{{ .key }}"',
  'if ! out=$(./check "{{ .x }}" 2>&1); then echo "$out"; fi',
  'trap \'echo "failed in line $LINENO"\' ERR\n./run "{{ .x }}"',
  'source ./lib.sh\nrun_import "{{ .tenant }}"',
  './{{ .script }}.sh',
];

const HOSTILE = `it's "x"; $(id) a[$(id)]`;

const variables = new Proxy(
  { items: [HOSTILE, 'b'], map: { a: HOSTILE }, verbose: true },
  {
    get: (known, name) => (name in known ? known[name as keyof typeof known] : HOSTILE),
    has: () => true,
    ownKeys: (known) => Reflect.ownKeys(known),
    getOwnPropertyDescriptor: (known, name) =>
      Reflect.getOwnPropertyDescriptor(known, name) ?? {
        value: HOSTILE,
        enumerable: true,
        configurable: true,
      },
  },
);

test('all of them take a value with quotes, blanks and code in it', () => {
  const refused = IDIOMS.flatMap((script) => {
    try {
      renderScript(script, variables);
      return [];
    } catch (error) {
      if (error instanceof TemplateError) return [{ script, message: error.message }];
      throw error;
    }
  });
  expect(refused).toEqual([]);
});
