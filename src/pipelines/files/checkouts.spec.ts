import fs, { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { loadPipelines } from '../load.js';
import { DEFAULT_PATTERN } from './find.js';
import { warnOfCheckouts } from './passed-over.js';

describe('files in checkouts (9.1)', () => {
  let outside: string;
  let root: string;

  beforeEach(async () => {
    outside = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-checkouts-')));
    root = join(outside, 'root');
    await mkdir(root);
  });
  afterEach(async () => {
    await rm(outside, { recursive: true });
  });

  /** A file whose pipeline is called as its folder. */
  async function pipelinesIn(...folders: string[]): Promise<void> {
    for (const folder of folders) {
      const name = relative(root, join(root, folder)) || 'root';
      await put(join(folder, 'pipelines.yml'), `pipelines: {"${name}": {tasks: {a: }}}`);
    }
  }

  async function put(path: string, text = ''): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }

  async function load(pattern = DEFAULT_PATTERN, path = root) {
    const { pipelines, warnings, files } = await loadPipelines({ path, pattern });
    return { names: [...pipelines.keys()].sort(), warnings, files };
  }

  const passedOver = (what: string) =>
    `loading ${root}: passed over ${what}; to load a file all the same, name it in HOLDFAST_PATTERN`;

  it('are passed over, at any depth, with a warning that names them', async () => {
    await pipelinesIn('.', 'a/b', 'repo', 'repo/deep/er', 'a/other');
    await put('repo/.git/HEAD');
    await put('a/other/.git/HEAD');
    const { names, warnings, files } = await load();
    expect(names).toEqual(['a/b', 'root']);
    expect(files).toEqual([join(root, 'a/b/pipelines.yml'), join(root, 'pipelines.yml')]);
    const list = 'a/other/pipelines.yml, repo/deep/er/pipelines.yml, repo/pipelines.yml';
    expect(warnings).toEqual([passedOver(`3 files in checkouts (folders with .git): ${list}`)]);
  });

  it.each<[string, (git: string) => Promise<void>]>([
    ['a file, as in a worktree or a submodule', (git) => put(git, 'gitdir: /elsewhere')],
    ['a link, even one that leads nowhere', (git) => symlink('nowhere', join(root, git))],
  ])('are known by a .git that is %s', async (_what, make) => {
    await pipelinesIn('.', 'repo/deep');
    await make('repo/.git');
    expect((await load()).names).toEqual(['root']);
  });

  it('are not those of the path itself, and of a checkout around it', async () => {
    await pipelinesIn('.', 'a/b');
    await put('.git/HEAD');
    await put('../.git/HEAD');
    expect(await load()).toMatchObject({ names: ['a/b', 'root'], warnings: [] });
    expect(await load('*.yml', join(root, 'a/b'))).toMatchObject({ names: ['a/b'], warnings: [] });
  });

  it('are loaded where they are named, and then not warned of', async () => {
    await pipelinesIn('.', 'repo', 'repo/deep');
    await put('repo/.git/HEAD');
    const { names, warnings } = await load(`repo/deep/pipelines.yml,${DEFAULT_PATTERN}`);
    expect(names).toEqual(['repo/deep', 'root']);
    expect(warnings).toEqual([passedOver('1 file in checkouts (folders with .git): repo/pipelines.yml')]);
  });

  it('are not loaded by a glob, whatever folders it begins with', async () => {
    await pipelinesIn('repo', 'repo/deep', '../sibling/deep');
    await put('repo/.git/HEAD');
    await put('../sibling/.git/HEAD');
    const patterns = [
      'repo/*.yml',
      'repo/deep/*.yml',
      'repo/**/*.yml',
      '../sibling/deep/*.yml',
      '../*/*/*.yml',
    ];
    for (const pattern of patterns) {
      const { names, warnings } = await load(pattern);
      expect([pattern, names]).toEqual([pattern, []]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(
        /passed over \d files? in checkouts .*(repo|sibling)\/(deep\/)?pipelines\.yml/,
      );
    }
  });

  it('are found outside of the path up to where the two part', async () => {
    await pipelinesIn('../sibling/deep');
    await put('../.git/HEAD');
    expect(await load('../sibling/**/*.yml')).toMatchObject({ names: ['../sibling/deep'], warnings: [] });
  });

  describe('that a link leads to', () => {
    it.each([
      ['the checkout, below the path', 'repo', 'repo'],
      ['a folder of one', 'repo/deep', 'repo'],
      ['a file of one', 'repo/deep/pipelines.yml', 'repo'],
      ['a folder of one outside of the path', '../repo/deep', '../repo'],
      ['a file of one outside of the path', '../repo/deep/pipelines.yml', '../repo'],
    ])('are passed over: %s', async (_what, target, repo) => {
      await pipelinesIn('.', join(repo, 'deep'));
      await put(join(repo, '.git/HEAD'));
      const isFile = target.endsWith('.yml');
      await mkdir(join(root, 'current'));
      await symlink(join(root, target), join(root, 'current', isFile ? 'pipelines.yml' : 'link'));
      const { names, warnings } = await load();
      expect(names).toEqual(['root']);
      expect(warnings).toHaveLength(1);
      const place = target.endsWith('repo') ? 'repo/deep' : isFile ? 'current' : 'current/link';
      expect(warnings[0]).toContain(`${place}/pipelines.yml`);
    });

    it('are loaded where the link is named', async () => {
      await pipelinesIn('../repo/deep');
      await put('../repo/.git/HEAD');
      await symlink('../repo/deep/pipelines.yml', join(root, 'pipelines.yml'));
      expect(await load('pipelines.yml')).toMatchObject({ names: ['../repo/deep'], warnings: [] });
    });

    it('are loaded where the path itself is such a link', async () => {
      await pipelinesIn('../repo/deep');
      await put('../repo/.git/HEAD');
      await symlink('../repo', join(root, 'current'));
      expect((await load(DEFAULT_PATTERN, join(root, 'current'))).names).toEqual(['../repo/deep']);
    });
  });

  it('are those of a checkout that appears between finding and reading', async () => {
    await pipelinesIn('.', 'repo/deep');
    const { open } = fs;
    const opening = jest.spyOn(fs, 'open').mockImplementationOnce(async (...file) => {
      await put('repo/.git/HEAD');
      return open(...file);
    });
    const { names, warnings } = await load();
    expect(opening).toHaveBeenCalledTimes(2);
    opening.mockRestore();
    expect(names).toEqual(['root']);
    expect(warnings).toEqual([
      passedOver('1 file in checkouts (folders with .git): repo/deep/pipelines.yml'),
    ]);
  });

  it('neither end the loading nor are read, however broken, deep or many they are', async () => {
    await pipelinesIn('.');
    await put('repo/.git/HEAD');
    await put('repo/pipelines.yml', 'pipelines: [');
    await put(`repo/${'d/'.repeat(60)}pipelines.yaml`, 'pipelines: {root: {tasks: {a: }}}');
    for (let index = 0; index < 20; index++) await put(`repo/${index}/pipelines.yml`, '\0');
    const { names, warnings } = await load();
    expect(names).toEqual(['root']);
    expect(warnings).toHaveLength(1);
    for (const pattern of ['repo/d/**/*.yml', 'repo/**/*.yml'])
      expect((await load(pattern)).names).toEqual([]);
    await symlink('repo/d', join(root, 'link'));
    expect((await load()).names).toEqual(['root']);
    expect(warnings[0]).toMatch(
      /passed over 22 files in checkouts .*: (repo\/1?\d\/pipelines.yml, ){4}repo\/\S+ and 17 more;/,
    );
  });

  it('cost no warning where there are none', async () => {
    await pipelinesIn('.');
    await put('repo/.git/HEAD');
    await put('repo/README.md');
    expect((await load()).warnings).toEqual([]);
  });

  describe('of checkouts that are larger than the search for the warning', () => {
    const checkout = () => ({
      place: join(root, 'repo'),
      wanted: (path: string) => /yml$/.test(path),
      enters: () => true,
    });
    const warn = (maxEntries: number) =>
      warnOfCheckouts(
        root,
        { checkouts: [checkout(), checkout()], filesInCheckouts: [], loaded: [] },
        maxEntries,
      );

    beforeEach(async () => {
      for (let index = 0; index < 10; index++) await put(`repo/${index}`);
    });

    it('are counted as far as it goes', async () => {
      await put('repo/a.yml');
      expect(await warn(21)).toEqual([expect.stringContaining('passed over at least 1 file in checkouts')]);
      expect(await warn(22)).toEqual([expect.stringContaining('passed over 1 file in checkouts')]);
    });

    it('are told of by the names of the checkouts', async () => {
      const what = 'checkouts (folders with .git) that are too large to be searched: repo';
      expect(await warn(9)).toEqual([passedOver(what)]);
    });
  });

  it('are named in the warning without what could be misread', async () => {
    const odd = 'a\u001b"b';
    await put(join(odd, '.git/HEAD'));
    await put(join(odd, 'pipelines.yml'));
    expect((await load()).warnings).toEqual([
      passedOver(`1 file in checkouts (folders with .git): ${JSON.stringify(`${odd}/pipelines.yml`)}`),
    ]);
  });
});
