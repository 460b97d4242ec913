import { mkdir, mkdtemp, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateOfFiles } from './state.js';
import { DEFAULT_PATTERN } from './find.js';

describe('the state of the files', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-state-'));
    await writeFile(join(root, 'pipelines.yml'), 'one');
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const state = () => stateOfFiles({ path: root, pattern: DEFAULT_PATTERN });

  it('is the same while nothing happens, or happens to other files', async () => {
    const before = await state();
    await writeFile(join(root, 'other.yml'), 'x');
    expect(await state()).toBe(before);
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a file that appears', (folder) => writeFile(join(folder, 'pipelines.yaml'), '')],
    ['a file that goes away', (folder) => unlink(join(folder, 'pipelines.yml'))],
    ['a longer file', (folder) => writeFile(join(folder, 'pipelines.yml'), 'longer')],
    ['a broken link', (folder) => symlink('gone', join(folder, 'pipelines.yaml'))],
    ['the folder going away', (folder) => rename(folder, `${folder}-away`)],
  ])('changes with %s', async (_what, change) => {
    const before = await state();
    await change(root);
    expect(await state()).not.toBe(before);
    await mkdir(root, { recursive: true });
    await rm(`${root}-away`, { recursive: true, force: true });
  });

  it('changes with a file of equal size and times that is moved into place', async () => {
    const file = join(root, 'pipelines.yml');
    await utimes(file, 1_000, 1_000);
    const before = await state();
    await writeFile(join(root, 'new'), 'two');
    // The clock of the file system moves in steps.
    do await utimes(join(root, 'new'), 1_000, 1_000);
    while ((await stat(join(root, 'new'))).ctimeMs === (await stat(file)).ctimeMs);
    await rename(join(root, 'new'), file);
    expect(await state()).not.toBe(before);
  });
});
