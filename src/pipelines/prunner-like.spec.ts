import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PATTERN } from './files/find.js';
import { loadPipelines } from './load.js';
import { checkVariables } from './variables.js';

/** Of the kind that prunner's users have: nothing in it is ours. */
const FILE = `# Pipelines of a shop.
# They are scheduled by its admin pages.

x-defaults: &defaults
  retention_period: 48h
  retention_count: 20

pipelines:
  import_products:
    # One after the other, as many as come.
    <<: *defaults
    concurrency: 1
    env:
      STAGE: production
      BATCH_SIZE: 0500
      VERBOSE: yes
    tasks:
      download:
        script:
          - mkdir -p "var/import/{{ .__jobID }}"
          - curl --fail --silent -o "var/import/{{ .__jobID }}/products.csv" {{ .url }}
      validate:
        script:
          - ./bin/validate --strict={{ .strict }} "var/import/{{ .__jobID }}/products.csv"
        depends_on: [download]
        allow_failure: true
      import:
        script:
          - |
            set -e
            {{ if .full -}}
            ./bin/truncate products
            {{ end -}}
            for file in var/import/{{ .__jobID }}/*.csv; do
              ./bin/import --batch "$BATCH_SIZE" "$file"
            done
          - echo "{{ range $index, $name := .categories }}{{ if $index }}, {{ end }}{{ $name }}{{ end }}"
        depends_on:
          - download
          - validate
        env:
          STAGE: import
      cleanup:
        depends_on: [import]
        script: ['rm -rf "var/import/{{ .__jobID }}"']
    on_error:
      env:
        CHANNEL: '#imports'
      script:
        - echo "task {{ .failedTaskName }} failed with {{ .failedTaskExitCode }}, {{ .failedTaskError }}"
        - |
          cat <<EOF | ./bin/notify "$CHANNEL"
          {{ .failedTaskStdout }}
          {{ .failedTaskStderr }}
          EOF

  warm_cache:
    # Only one waits, the newest.
    concurrency: 1
    queue_limit: 1
    queue_strategy: replace
    retention_count: 5
    tasks:
      warm:
        script:
          - ./bin/warm --shop {{ .shop }} --depth {{ default "3" .depth }}

  publish:
    # Editors save often: only what was saved last is published, half a minute later.
    concurrency: 1
    queue_limit: 1
    queue_strategy: replace
    start_delay: 30s
    continue_running_tasks_after_failure: true
    retention_period: 24h
    tasks:
      pages: {script: [./bin/publish pages]}
      feeds: {script: [./bin/publish feeds]}
      purge: {script: [./bin/purge], depends_on: [pages, feeds]}

  export:
    # Tenants do not wait for each other's exports to be replaced.
    concurrency: 4
    queue_strategy: partitioned_replace
    queue_partition_limit: 1
    start_delay: 1m30s
    retention_period: 168h
    retention_count: 100
    tasks:
      export:
        script:
          - ./bin/dump --tenant '{{ .tenant }}' --format "{{ .format }}"
`;

describe("a file as prunner's users have it", () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-prunner-'));
    await writeFile(join(root, 'pipelines.yml'), FILE);
  });
  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  const load = () => loadPipelines({ path: root, pattern: DEFAULT_PATTERN });

  it('loads unchanged, and nothing in it is warned of', async () => {
    const { pipelines, warnings } = await load();
    expect(warnings).toEqual([]);
    expect([...pipelines.keys()]).toEqual(['import_products', 'warm_cache', 'publish', 'export']);
  });

  it('means what it meant', async () => {
    const { pipelines } = await load();
    const hour = 3_600_000;
    expect(pipelines.get('import_products')).toMatchObject({
      concurrency: 1,
      queueStrategy: 'append',
      queueLimit: null,
      retentionPeriodMs: 48 * hour,
      retentionCount: 20,
      env: { STAGE: 'production', BATCH_SIZE: '0500', VERBOSE: 'yes' },
      timeoutMs: null,
      variables: {},
      onError: { env: { CHANNEL: '#imports' } },
    });
    expect(pipelines.get('import_products')?.tasks.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['download', []],
      ['validate', ['download']],
      ['import', ['download', 'validate']],
      ['cleanup', ['import']],
    ]);
    expect(pipelines.get('warm_cache')).toMatchObject({
      queueStrategy: 'replace',
      queueLimit: 1,
      startDelayMs: 0,
    });
    expect(pipelines.get('publish')).toMatchObject({
      queueStrategy: 'replace',
      startDelayMs: 30_000,
      continueRunningTasksAfterFailure: true,
      retentionCount: null,
    });
    expect(pipelines.get('export')).toMatchObject({
      concurrency: 4,
      queueStrategy: 'partitioned_replace',
      queuePartitionLimit: 1,
      queueLimit: null,
      startDelayMs: 90_000,
    });
  });

  it('takes whatever variables it is scheduled with', async () => {
    const { pipelines } = await load();
    for (const definition of pipelines.values()) {
      const given = { url: 'https://example.org/;id', full: 1, categories: [] };
      expect(checkVariables(definition.variables, given)).toMatchObject({ problems: [], variables: given });
    }
  });
});
