import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PATTERN } from './files/find.js';
import { PipelinesError } from './pipelines.error.js';
import { PipelineSet } from './pipelines.store.js';

describe('PipelineSet', () => {
  let root: string;
  let set: PipelineSet;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-set-'));
    set = new PipelineSet({ path: root, pattern: DEFAULT_PATTERN });
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  function write(...names: string[]): Promise<void> {
    const pipelines = names.map((name) => `  ${name}: {tasks: {a: }}\n`);
    return writeFile(join(root, 'pipelines.yml'), `pipelines:\n${pipelines.join('')}`);
  }

  it('is empty before it is loaded', () => {
    expect(set.names()).toEqual([]);
    expect(set.get('p')).toBeUndefined();
    expect(set.current.files).toEqual([]);
  });

  it('is replaced by a reload, which returns the new set', async () => {
    await write('p');
    const { pipelines } = await set.reload();
    expect(pipelines).toBe(set.current.pipelines);
    expect(set.get('p')?.name).toBe('p');
    await write('q');
    await set.reload();
    expect(set.names()).toEqual(['q']);
  });

  it('lists names by code unit', async () => {
    await write('b', 'a', 'Z', 'ä', '10', '9');
    await set.reload();
    expect(set.names()).toEqual(['10', '9', 'Z', 'a', 'b', 'ä']);
  });

  it('stays as it is when the new set is invalid (9.6)', async () => {
    await write('p');
    await set.reload();
    const before = set.current;
    await writeFile(join(root, 'pipelines.yml'), 'pipelines: [');
    await expect(set.reload()).rejects.toBeInstanceOf(PipelinesError);
    expect(set.current).toBe(before);
    await write('q');
    await set.reload();
    expect(set.names()).toEqual(['q']);
  });

  it('says what a reload added, removed and changed, by name', async () => {
    await write('p', 'q', 'r');
    expect(await set.reload()).toMatchObject({ added: ['p', 'q', 'r'], removed: [], changed: [] });
    await writeFile(
      join(root, 'pipelines.yml'),
      'pipelines: {z: {tasks: {a: }}, q: {tasks: {a: }, concurrency: 2}, r: {tasks: {a: }}, a: {tasks: {a: }}}',
    );
    expect(await set.reload()).toMatchObject({ added: ['a', 'z'], removed: ['p'], changed: ['q'] });
    expect(await set.reload()).toMatchObject({ added: [], removed: [], changed: [] });
  });

  describe('reloaded in a certain state of the files', () => {
    it('is replaced if the files stay in it', async () => {
      await write('p');
      const state = await set.stateOfFiles();
      expect(set.isOf(state)).toBe(false);
      expect((await set.reloadIn(state))?.added).toEqual(['p']);
      expect(set.isOf(state)).toBe(true);
    });

    it('stays as it is if they do not, be they valid or not', async () => {
      await write('p');
      await set.reload();
      const state = await set.stateOfFiles();
      await write('p', 'q');
      expect(await set.reloadIn(state)).toBeNull();
      await writeFile(join(root, 'pipelines.yml'), 'pipelines: [');
      expect(await set.reloadIn(state)).toBeNull();
      expect(set.names()).toEqual(['p']);
    });

    it('stays as it is if they are invalid', async () => {
      await writeFile(join(root, 'pipelines.yml'), 'pipelines: [');
      const state = await set.stateOfFiles();
      await expect(set.reloadIn(state)).rejects.toBeInstanceOf(PipelinesError);
      expect(set.isOf(state)).toBe(false);
    });
  });

  it('ends with what the last of several reloads at once has read', async () => {
    await write('p');
    const reloads = [set.reload(), set.reload()];
    await write('q');
    reloads.push(set.reload());
    await Promise.all(reloads);
    expect(set.names()).toEqual(['q']);
  });
});
