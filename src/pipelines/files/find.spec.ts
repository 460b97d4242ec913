import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { DEFAULT_PATTERN, findFiles } from './find.js';
import { PipelinesError } from '../pipelines.error.js';
import { walk } from './walk.js';

describe('findFiles (9.1)', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-find-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function touch(...paths: string[]): Promise<void> {
    for (const path of paths) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), '');
    }
  }

  async function find(pattern = DEFAULT_PATTERN, path = root): Promise<string[]> {
    return (await findFiles({ path, pattern })).files.map(({ file }) => relative(root, file));
  }

  it('finds pipelines.yml and pipelines.yaml at any depth, sorted by code unit', async () => {
    await touch(
      'pipelines.yml',
      'b/pipelines.yaml',
      'b/c/pipelines.yml',
      'a/pipelines.yml',
      'B/pipelines.yml',
    );
    await touch('a/other.yml', 'a/my-pipelines.yml', 'a/pipelines.yml.bak');
    expect(await find()).toEqual([
      'B/pipelines.yml',
      'a/pipelines.yml',
      'b/c/pipelines.yml',
      'b/pipelines.yaml',
      'pipelines.yml',
    ]);
  });

  it('names files as path joined with what stands below it', async () => {
    await touch('a/pipelines.yml');
    const here = relative(process.cwd(), root);
    const { files } = await findFiles({ path: here, pattern: DEFAULT_PATTERN });
    expect(files).toEqual([{ file: join(here, 'a/pipelines.yml'), isNamed: false }]);
    const ours = await findFiles({ path: 'src/pipelines/files', pattern: './*.spec.ts' });
    expect(ours.files.map(({ file }) => file)).toContain('src/pipelines/files/find.spec.ts');
  });

  it('leaves out node_modules and folders with a dot', async () => {
    await touch('node_modules/x/pipelines.yml', '.git/pipelines.yml', 'a/.cache/pipelines.yml');
    expect(await find()).toEqual([]);
  });

  it('enters them where the pattern names them', async () => {
    await touch(
      'node_modules/x/pipelines.yml',
      '.ci/a/pipelines.yml',
      'a/.ci/pipelines.yml',
      '.git/pipelines.yml',
    );
    expect(await find('.ci/**/pipelines.yml')).toEqual(['.ci/a/pipelines.yml']);
    expect(await find('**/.ci/**/pipelines.yml')).toEqual(['.ci/a/pipelines.yml', 'a/.ci/pipelines.yml']);
    expect(await find('node_modules/*/pipelines.yml')).toEqual(['node_modules/x/pipelines.yml']);
  });

  it.each([
    ['*.yml', ['x.yml']],
    ['./x.yml', ['x.yml']],
    ['a/{x,y}.yml', ['a/x.yml', 'a/y.yml']],
    ['{a/b,a}/x.yml', ['a/b/x.yml', 'a/x.yml']],
    ['a/*/x.yml', ['a/b/x.yml']],
    ['nope/*.yml', []],
    ['x.yml/*.yml', []],
    ['../*/x.yml', ['x.yml']],
  ])('understands the pattern %s', async (pattern, files) => {
    await touch('x.yml', 'a/x.yml', 'a/y.yml', 'a/b/x.yml');
    const found = await find(pattern);
    expect(found.filter((file) => !file.startsWith('..'))).toEqual(files);
  });

  it('follows links, and finds what is there in several ways once, by its own path', async () => {
    await touch('b/pipelines.yml');
    await symlink('b', join(root, 'a'));
    await symlink('b/pipelines.yml', join(root, 'pipelines.yml'));
    expect(await find()).toEqual(['b/pipelines.yml']);
    expect(await find(DEFAULT_PATTERN, join(root, 'a'))).toEqual(['a/pipelines.yml']);
  });

  it("finds files as Kubernetes mounts them: by links into a dot-folder's link", async () => {
    await touch('..2026/pipelines.yml');
    await symlink('..2026', join(root, '..data'));
    await symlink('..data/pipelines.yml', join(root, 'pipelines.yml'));
    expect(await find()).toEqual(['pipelines.yml']);
  });

  it('finds what several patterns name or match once, and knows that it was named', async () => {
    await touch('a/x.yml', 'a/y.yml');
    await symlink('a/x.yml', join(root, 'link.yml'));
    const { files } = await findFiles({ path: root, pattern: '**/*.yml,a/*.yml,link.yml' });
    expect(files.map(({ file, isNamed }) => [relative(root, file), isNamed])).toEqual([
      ['a/y.yml', false],
      ['link.yml', true],
    ]);
  });

  it('takes a file that is named for found, so that reading it says what is wrong', async () => {
    expect(await find('gone.yml')).toEqual(['gone.yml']);
  });

  it('is not caught in circles of links', async () => {
    await touch('a/pipelines.yml');
    await symlink('..', join(root, 'a/up'));
    await symlink('self', join(root, 'self'));
    expect(await find()).toEqual(['a/pipelines.yml']);
  });

  it('finds a broken link, so that reading it says what is wrong', async () => {
    await symlink('gone', join(root, 'pipelines.yml'));
    await symlink('gone', join(root, 'other.yml'));
    expect(await find()).toEqual(['pipelines.yml']);
  });

  it('leaves out what is no file: a folder of that name, a pipe', async () => {
    await mkdir(join(root, 'a/pipelines.yml'), { recursive: true });
    execFileSync('mkfifo', [join(root, 'pipelines.yml')]);
    expect(await find()).toEqual([]);
  });

  it.each([
    ['a path that does not exist', 'nope', 'no such folder'],
    ['a path below a file', 'file/x', 'no such folder'],
    ['a path that is a file', 'file', 'not a folder'],
  ])('refuses %s', async (_what, path, reason) => {
    await touch('file');
    await expect(find(DEFAULT_PATTERN, join(root, path))).rejects.toEqual(
      new PipelinesError([`loading ${join(root, path)}: ${reason}`]),
    );
  });

  it('refuses an empty pattern and one of 100,000 characters', async () => {
    await expect(find('')).rejects.toThrow('invalid pattern "" for pipeline files: an entry is empty');
    await expect(find('*'.repeat(100_000))).rejects.toThrow(PipelinesError);
  });

  it('refuses a tree deeper than 40 folders, if the pattern reaches that far', async () => {
    await touch(`${'d/'.repeat(41)}pipelines.yml`);
    await expect(find()).rejects.toThrow('deeper than 40 folders, choose a narrower path or pattern');
    expect(await find('*/pipelines.yml')).toEqual([]);
  });

  it('refuses a tree of too many entries', async () => {
    await touch('a/1', 'a/2', 'b/3');
    const options = { path: root, wanted: () => true, enters: () => true, depth: Infinity };
    expect((await walk(root, { ...options, maxEntries: 5 })).files).toHaveLength(3);
    await expect(walk(root, { ...options, maxEntries: 4 })).rejects.toEqual(
      new PipelinesError([
        `loading ${root}: more than 4 files and folders in it, choose a narrower path or pattern`,
      ]),
    );
  });
});
