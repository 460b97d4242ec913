import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PATTERN } from './find.js';
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
    expect(await set.reload()).toBe(set.current);
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
    const before = await set.reload();
    await writeFile(join(root, 'pipelines.yml'), 'pipelines: [');
    await expect(set.reload()).rejects.toBeInstanceOf(PipelinesError);
    expect(set.current).toBe(before);
    await write('q');
    await set.reload();
    expect(set.names()).toEqual(['q']);
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
