import { configureLog } from './log.js';
import { guarded, inBackground } from './guarded.js';

/** What is written on stderr while `work` runs. */
async function logged(work: () => unknown): Promise<string> {
  let text = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return text;
}

const turn = () => new Promise((done) => setImmediate(done));

beforeAll(() => {
  configureLog({ format: 'text', level: 'warn' });
});

describe('a guarded handler', () => {
  it('is called with what it is given', () => {
    const heard: unknown[] = [];
    guarded('http', (...args: unknown[]) => heard.push(args))(1, 'two');
    expect(heard).toEqual([[1, 'two']]);
  });

  it('that throws is logged with its room and where it failed, and throws nothing', async () => {
    const handler = guarded('database', () => {
      throw new Error('thrown by a handler');
    });
    const text = await logged(handler);
    expect(text).toMatch(/error database: a handler failed .*\n +Error: thrown by a handler\n +at .*guarded/);
  });

  it('that rejects is logged, and nothing else hears of it', async () => {
    const handler = guarded('worker', () => Promise.reject(new Error('rejected by a handler')));
    const text = await logged(() => {
      handler();
      return turn();
    });
    expect(text).toMatch(/error worker: a handler failed .*\n +Error: rejected by a handler/);
  });

  it('that throws what is no error is logged, too', async () => {
    const handler = guarded('http', () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a library may.
      throw 'a text';
    });
    expect(await logged(handler)).toContain('a text');
  });

  it('that fails at every tick is logged once in a while', async () => {
    const handler = guarded('http', () => {
      throw new Error('again and again');
    });
    const text = await logged(() => {
      for (let tick = 0; tick < 100; tick += 1) handler();
    });
    expect(text.match(/a handler failed/g)).toHaveLength(1);
  });
});

test('work in the background that rejects is logged with its room', async () => {
  const text = await logged(() => {
    inBackground('output', () => Promise.reject(new Error('nobody awaits it')));
    return turn();
  });
  expect(text).toMatch(/error output: a handler failed .*\n +Error: nobody awaits it/);
});
