import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_PATTERN } from './files/find.js';
import { loadPipelines } from './load.js';
import { PipelinesError } from './pipelines.error.js';

describe('loadPipelines', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-load-'));
    await chmod(root, 0o755);
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function write(path: string, text: string | Uint8Array): Promise<string> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  function load(pattern = DEFAULT_PATTERN) {
    return loadPipelines({ path: root, pattern });
  }

  async function failure(): Promise<PipelinesError> {
    const error: unknown = await load().then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof PipelinesError) return error;
    throw new Error('expected a PipelinesError', { cause: error });
  }

  it('loads all files into one set (9.1)', async () => {
    const files = [
      await write('a/pipelines.yml', 'pipelines: {z: {tasks: {a: }}, y: {tasks: {a: }}}'),
      await write('b/pipelines.yaml', 'pipelines: {x: {tasks: {a: }}}'),
    ];
    const loaded = await load();
    expect([...loaded.pipelines.keys()]).toEqual(['z', 'y', 'x']);
    expect(loaded.pipelines.get('x')?.name).toBe('x');
    expect(loaded.files).toEqual(files);
    expect(loaded.warnings).toEqual([]);
  });

  it('refuses the same pipeline in two files, naming both (9.1)', async () => {
    const first = await write('a/pipelines.yml', 'pipelines: {p: {tasks: {a: }}}');
    const second = await write('b/pipelines.yml', 'pipelines:\n  q: {}\n  p: {}');
    const { messages } = await failure();
    expect(messages).toEqual([
      `loading ${second}: pipeline "p" was already declared in ${first} (line 3, column 3)`,
    ]);
  });

  it('reports the problems of all files at once, the warnings beside them', async () => {
    const a = await write('a/pipelines.yml', 'pipelines: {p: {concurrency: -1}}');
    const b = await write('b/pipelines.yml', 'pipelines: [');
    const error = await failure();
    expect(error.messages[0]).toBe(
      `loading ${a}: invalid pipeline definition "p": concurrency must be greater than 0 (line 1, column 30)`,
    );
    expect(error.messages[1]).toContain(`loading ${b}: decoding YAML: `);
    expect(error.message).toBe(error.messages.join('\n'));
    expect(error.warnings).toEqual([`loading ${a}: pipeline "p": it has no tasks (line 1, column 13)`]);
  });

  it('allows that there are no files, with a warning', async () => {
    expect(await load()).toEqual({
      pipelines: new Map(),
      files: [],
      warnings: [`loading ${root}: no files match "**/pipelines.{yml,yaml}"`],
    });
  });

  it('refuses a file that does not exist, being a broken link', async () => {
    await symlink('gone', join(root, 'pipelines.yml'));
    expect((await failure()).messages).toEqual([
      `loading ${join(root, 'pipelines.yml')}: opening file: no such file`,
    ]);
  });

  describe('that are not ours (9.1)', () => {
    const OURS = 'pipelines: {p: {tasks: {a: }}}';
    const without = 'without the top-level key pipelines, webhooks or secrets';

    it('are passed over with one warning, and do not end the start', async () => {
      await write('pipelines.yml', OURS);
      const others = [
        'jobs: {}',
        'a: 1\n---\nb: 2',
        '',
        '[a]',
        'hello',
        '{{- if .Values.on }}',
        '\0',
        'a: [',
        '\tb',
      ];
      for (const [index, text] of others.entries()) await write(`a/${index}/pipelines.yml`, text);
      const { pipelines, warnings, files } = await load();
      expect([...pipelines.keys()]).toEqual(['p']);
      expect(files).toEqual([join(root, 'pipelines.yml')]);
      const named = [0, 1, 2, 3, 4].map((index) => `a/${index}/pipelines.yml`).join(', ');
      expect(warnings).toEqual([`loading ${root}: passed over 9 files ${without}: ${named} and 4 more`]);
    });

    it('are passed over whatever their pipelines would clash with', async () => {
      await write('pipelines.yml', OURS);
      await write('a/pipelines.yml', 'kind: Other\npipeline: {p: }\nspec: {pipelines: {p: }}');
      const hint = '"pipeline": did you mean "pipelines"?';
      expect((await load()).warnings).toEqual([
        `loading ${root}: passed over 1 file ${without}: a/pipelines.yml (${hint})`,
      ]);
    });

    it('are refused where they are named', async () => {
      const file = await write('pipelines.yml', 'jobs: {}');
      await expect(load('pipelines.yml')).rejects.toEqual(
        new PipelinesError([
          `loading ${file}: decoding YAML: the key "pipelines" is missing, expected a map with the key "pipelines" (line 1, column 1)`,
        ]),
      );
    });

    it.each([
      ['pipelines: ['],
      ['  pipelines:\n  x: ['],
      ['{"pipelines": ['],
      ['# {\n{\n  "pipelines": ['],
      ['%YAML 1.2\n--- {pipelines: {'],
      ['\ufeffpipelines:\n\tp:'],
      ['"webhooks": [\n'],
      ["x: 1\n'secrets' : ["],
      ['pipelines: {p: *nowhere}'],
      ['{{- if .Values.on }}\npipelines: {p: }'],
      [`pipelines:\n${' '.repeat(2 ** 20)}`],
    ])('are not those that begin as ours and cannot be read: %.40j', async (text) => {
      await write('pipelines.yml', text);
      expect((await failure()).messages[0]).toContain('decoding YAML: ');
    });

    it.each(['webhooks: {}', 'secrets: [a]', 'x: 1\nwebhooks:'])('are not those with %j', async (text) => {
      const file = await write('pipelines.yml', text);
      const { pipelines, warnings, files } = await load();
      expect([pipelines.size, files]).toEqual([0, [file]]);
      expect(warnings.join()).not.toContain('passed over');
    });
  });

  it('reads the first document of a file, as prunner does, and says so', async () => {
    const file = await write(
      'pipelines.yml',
      '---\npipelines: {p: {tasks: {a: }}}\n---\npipelines: {q: [}\n---\n',
    );
    const { pipelines, warnings } = await load();
    expect([...pipelines.keys()]).toEqual(['p']);
    expect(warnings).toEqual([
      `loading ${file}: only the first document of a file is read (line 3, column 1)`,
    ]);
  });

  it.each<[string, string, (file: string) => unknown]>([
    ['is not there', 'no such file', () => null],
    ['is below a file', 'no such file', (file) => writeFile(dirname(file), '')],
    ['is a folder', 'not a file', (file) => mkdir(file, { recursive: true })],
    [
      'is a named pipe',
      'not a file',
      (file) => execFileSync('sh', ['-c', `mkdir "$(dirname ${file})"; mkfifo ${file}`]),
    ],
  ])('refuses a file that is named and %s', async (_what, reason, make) => {
    const file = join(root, 'a', 'x.yml');
    await make(file);
    await expect(load('a/x.yml')).rejects.toEqual(
      new PipelinesError([`loading ${file}: opening file: ${reason}`]),
    );
  });

  it('refuses a huge file without reading it', async () => {
    const file = await write('pipelines.yml', 'pipelines:\n');
    await truncate(file, 2 ** 40);
    expect((await failure()).messages).toEqual([
      `loading ${file}: decoding YAML: the file is larger than 1 MiB (line 1, column 1)`,
    ]);
  });

  it('refuses more than 10,000 pipelines altogether', async () => {
    const some = (from: number, count: number) =>
      `pipelines: {${Array.from({ length: count }, (_, i) => `p${from + i}: `).join(', ')}}`;
    await write('a/pipelines.yml', some(0, 10_000));
    expect((await load()).pipelines.size).toBe(10_000);
    const file = await write('b/pipelines.yml', some(10_000, 1));
    expect((await failure()).messages).toEqual([`loading ${file}: more than 10000 pipelines altogether`]);
  });

  describe('without permission', () => {
    /** Root may read everything. */
    async function asNobody<T>(action: () => Promise<T>): Promise<T> {
      const user = process.geteuid?.();
      if (user === 0) process.seteuid?.(65_534);
      try {
        return await action();
      } finally {
        if (user === 0) process.seteuid?.(0);
      }
    }

    it('refuses a file', async () => {
      const file = await write('pipelines.yml', 'pipelines: {}');
      await chmod(file, 0);
      const { messages } = await asNobody(failure);
      expect(messages).toEqual([`loading ${file}: opening file: permission denied`]);
    });

    it('refuses the path itself', async () => {
      await chmod(root, 0);
      const { messages } = await asNobody(failure);
      expect(messages).toEqual([`loading ${root}: permission denied`]);
      await chmod(root, 0o755);
    });

    it('passes over a folder, with a warning', async () => {
      await write('a/pipelines.yml', 'pipelines: {p: {tasks: {a: }}}');
      await write('b/pipelines.yml', 'pipelines: {q: {tasks: {a: }}}');
      await chmod(join(root, 'b'), 0);
      const { pipelines, warnings } = await asNobody(() => load());
      expect([...pipelines.keys()]).toEqual(['p']);
      expect(warnings).toEqual([`loading ${root}: passed over 1 folder that cannot be read: b`]);
    });
  });

  it('throws nothing but PipelinesError, whatever the files contain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), fc.string(), fc.json()), async (content) => {
        await write('pipelines.yml', content);
        try {
          await load();
        } catch (error) {
          expect(error).toBeInstanceOf(PipelinesError);
          expect((error as PipelinesError).messages.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
