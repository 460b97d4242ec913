import { Closing } from './closing.js';

const turn = () => new Promise((done) => setImmediate(done));

/** Steps that end when they are told to, and the names of those that have begun. */
function closingOfSteps() {
  const closing = new Closing();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string) => {
    closing.add(() => {
      begun.push(name);
      return new Promise<void>((done) => ends.set(name, done));
    });
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await turn();
  };
  return { closing, begun, add, end };
}

describe('a closing', () => {
  it('closes what was opened last first, one after the other', async () => {
    const { closing, begun, add, end } = closingOfSteps();
    add('database');
    add('server');
    const closed = closing.all();
    await turn();
    expect(begun).toEqual(['server']);
    await end('server');
    expect(begun).toEqual(['server', 'database']);
    await end('database');
    await closed;
  });

  it('closes at once what is added meanwhile, before what was opened earlier, and each once', async () => {
    const { closing, begun, add, end } = closingOfSteps();
    add('database');
    add('server');
    const closed = closing.all();
    await turn();
    add('worker');
    await turn();
    expect(begun).toEqual(['server', 'worker']);
    await end('server');
    expect(begun).toEqual(['server', 'worker']);
    await end('worker');
    expect(begun).toEqual(['server', 'worker', 'database']);
    await end('database');
    await closed;
    expect(begun).toEqual(['server', 'worker', 'database']);
  });

  it('waits for what is added while it waits for its last step', async () => {
    const { closing, add, end } = closingOfSteps();
    add('server');
    let isClosed = false;
    const closed = closing.all().then(() => (isClosed = true));
    await turn();
    add('cluster');
    await end('server');
    expect(isClosed).toBe(false);
    await end('cluster');
    await closed;
  });

  it('closes what is added after its end, and waits for it when it is asked again', async () => {
    const { closing, begun, add, end } = closingOfSteps();
    await closing.all();
    add('cluster');
    let isClosed = false;
    const closed = closing.all().then(() => (isClosed = true));
    await turn();
    expect([begun, isClosed]).toEqual([['cluster'], false]);
    await end('cluster');
    await closed;
  });

  it('takes the next step after one that fails, which is logged', async () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { closing, begun, add, end } = closingOfSteps();
    add('database');
    closing.add(() => Promise.reject(new Error('a step that fails')));
    const closed = closing.all();
    await turn();
    expect(begun).toEqual(['database']);
    await end('database');
    await closed;
    expect(String(write.mock.calls[0]?.[0])).toContain('a step that fails');
    write.mockRestore();
  });

  it('in a hurry takes the next step while one hangs, also one that is added late', async () => {
    const closing = new Closing();
    const begun: string[] = [];
    const add = (name: string) => {
      closing.add(() => {
        begun.push(name);
        return new Promise(() => undefined);
      }, 1);
    };
    add('database');
    add('server');
    const closed = closing.all();
    closing.hurry();
    add('cluster');
    await closed;
    expect(begun).toEqual(['server', 'cluster', 'database']);
  });
});
