import { mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PATTERN } from './files/find.js';
import { PipelinesError } from './pipelines.error.js';
import { PipelineSet, type ReloadedPipelines } from './pipelines.store.js';
import { watchPipelines, type PipelinesWatch } from './watch.js';

const FAST = { settleMs: 20, pollMs: 5 };
const BROKEN = 'pipelines: [';

/** What a watch says, one after the other, to be waited for. */
class Told {
  private readonly messages: (ReloadedPipelines | Error)[] = [];
  private wake: () => void = () => undefined;

  readonly listeners = {
    onLoaded: (pipelines: ReloadedPipelines) => {
      this.tell(pipelines);
    },
    onFailed: (error: unknown) => {
      this.tell(error as Error);
    },
  };

  get waiting(): number {
    return this.messages.length;
  }

  async next(): Promise<ReloadedPipelines | Error> {
    for (;;) {
      const message = this.messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async loaded(): Promise<ReloadedPipelines> {
    const message = await this.next();
    if (message instanceof Error) throw message;
    return message;
  }

  async failed(): Promise<Error> {
    const message = await this.next();
    if (message instanceof Error) return message;
    throw new Error('loaded instead');
  }

  private tell(message: ReloadedPipelines | Error): void {
    this.messages.push(message);
    this.wake();
  }
}

describe('a watch', () => {
  let root: string;
  let set: PipelineSet;
  let told: Told;
  let watch: PipelinesWatch | undefined;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'holdfast-watch-'));
    set = new PipelineSet({ path: root, pattern: DEFAULT_PATTERN });
    told = new Told();
    await write('pipelines.yml', 'p');
    await set.reload();
  });
  afterEach(async () => {
    watch?.close();
    await rm(root, { recursive: true, force: true });
  });

  function start(): void {
    watch = watchPipelines(set, { ...told.listeners, ...FAST });
  }

  async function write(path: string, ...names: string[]): Promise<void> {
    await writeWhole(path, `pipelines: {${names.map((name) => `${name}: {tasks: {a: }}`).join(', ')}}`);
  }

  /** Nobody sees it half-written. */
  async function writeWhole(path: string, text: string): Promise<void> {
    await writeFile(join(root, 'new'), text);
    await rename(join(root, 'new'), join(root, path));
  }

  /** Rounds of the watch: each asks for the state of the files once. */
  async function rounds(count: number): Promise<void> {
    const ask = set.stateOfFiles.bind(set);
    await new Promise<void>((resolve) => {
      set.stateOfFiles = () => {
        if (--count < 0) resolve();
        return ask();
      };
    });
    set.stateOfFiles = ask;
  }

  it('loads what changed, appeared and went away', async () => {
    start();
    await write('pipelines.yml', 'p', 'q');
    expect(await told.loaded()).toMatchObject({ added: ['q'], removed: [], changed: [] });
    await mkdir(join(root, 'sub'));
    await write('sub/pipelines.yaml', 'r');
    expect(await told.loaded()).toMatchObject({ added: ['r'] });
    await unlink(join(root, 'pipelines.yml'));
    expect(await told.loaded()).toMatchObject({ removed: ['p', 'q'] });
    expect(set.names()).toEqual(['r']);
  });

  it('sees what changed between the loading of the set and the start of the watch', async () => {
    await write('pipelines.yml', 'q');
    start();
    expect(await told.loaded()).toMatchObject({ added: ['q'], removed: ['p'] });
  });

  it('says nothing, and reads nothing, while nothing changes or somebody else reloads', async () => {
    const { current } = set;
    start();
    await rounds(5);
    expect(set.current).toBe(current);
    await write('pipelines.yml', 'q');
    await set.reload();
    await rounds(5);
    // A round may have seen the file before the reload was through.
    while (told.waiting > 0) expect(await told.loaded()).toMatchObject({ changed: [] });
    expect(set.names()).toEqual(['q']);
  });

  it('keeps the good set while a file is broken, says so once, and loads it once it is well again (9.6)', async () => {
    start();
    await writeWhole('pipelines.yml', BROKEN);
    expect(await told.failed()).toBeInstanceOf(PipelinesError);
    await rounds(10);
    expect(told.waiting).toBe(0);
    expect(set.names()).toEqual(['p']);
    await write('pipelines.yml', 'q');
    expect(await told.loaded()).toMatchObject({ added: ['q'], removed: ['p'] });
  });

  it('says each distinct message once, and again after all was well', async () => {
    start();
    await writeWhole('pipelines.yml', BROKEN);
    const first = await told.failed();
    await writeWhole('pipelines.yml', 'pipelines: {p: {concurrency: -1}}');
    expect((await told.failed()).message).toContain('concurrency must be greater than 0');
    await writeWhole('pipelines.yml', `${BROKEN}\n`);
    await writeWhole('pipelines.yml', BROKEN);
    await rounds(10);
    expect(told.waiting).toBe(0);
    await write('pipelines.yml', 'p');
    await told.loaded();
    await writeWhole('pipelines.yml', BROKEN);
    expect((await told.failed()).message).toBe(first.message);
  });

  it('says that all is well again, too, when a broken file goes away', async () => {
    start();
    await writeWhole('pipelines.yaml', BROKEN);
    await told.failed();
    await unlink(join(root, 'pipelines.yaml'));
    expect(await told.loaded()).toMatchObject({ added: [], removed: [], changed: [] });
  });

  it('keeps the good set while the folder is away', async () => {
    start();
    await rename(root, `${root}-away`);
    expect((await told.failed()).message).toBe(`loading ${root}: no such folder`);
    expect(set.names()).toEqual(['p']);
    await rename(`${root}-away`, root);
    await told.loaded();
  });

  it('never loads a file that is being written: only what two looks in a row saw alike', async () => {
    const ask = set.stateOfFiles.bind(set);
    let written = 0;
    // The file grows between any two looks, until it is whole.
    const lines = ['pipelines:\n', '  p: {tasks: {a: }}\n', '  q: {tasks: {a: }}\n', '  r: {tasks: {a: }}\n'];
    set.stateOfFiles = async () => {
      if (written < lines.length) await writeWhole('pipelines.yml', lines.slice(0, ++written).join(''));
      return ask();
    };
    start();
    expect(await told.loaded()).toMatchObject({ added: ['q', 'r'], removed: [] });
    expect(written).toBe(lines.length);
  });

  it('throws away what it read, or failed to, when the files changed meanwhile', async () => {
    await write('pipelines.yml', 'q');
    const reloadIn = set.reloadIn.bind(set);
    const texts = [BROKEN, 'pipelines: {r: {tasks: {a: }}}'];
    set.reloadIn = async (state) => {
      const text = texts.shift();
      if (text !== undefined) await writeWhole('pipelines.yml', text);
      return reloadIn(state);
    };
    start();
    expect(await told.loaded()).toMatchObject({ added: ['r'] });
    expect(texts).toEqual([]);
  });

  it('goes on after an error that has nothing to do with pipelines, said once', async () => {
    const ask = set.stateOfFiles.bind(set);
    let fails = 3;
    set.stateOfFiles = () => (fails-- > 0 ? Promise.reject(new Error('too many open files')) : ask());
    start();
    expect((await told.failed()).message).toBe('too many open files');
    expect(await told.loaded()).toMatchObject({ changed: [] });
  });

  it('calls nobody after it was closed, also when it is closed in the middle of a reload', async () => {
    const reloadIn = set.reloadIn.bind(set);
    const reloading = new Promise<void>((resolve) => {
      set.reloadIn = async (state) => {
        watch?.close();
        const reloaded = await reloadIn(state);
        resolve();
        return reloaded;
      };
    });
    start();
    await write('pipelines.yml', 'q');
    await reloading;
    await new Promise(setImmediate);
    expect(told.waiting).toBe(0);
  });

  it('leaves no timer behind, and keeps no process alive', async () => {
    const timeouts = jest.spyOn(globalThis, 'setTimeout');
    start();
    await rounds(3);
    watch?.close();
    const timers = timeouts.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timers.length).toBeGreaterThan(2);
    expect(timers.some((timer) => timer.hasRef())).toBe(false);
    timeouts.mockClear();
    await set.reload();
    await set.reload();
    expect(timeouts).not.toHaveBeenCalled();
    timeouts.mockRestore();
  });
});
