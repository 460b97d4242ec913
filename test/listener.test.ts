import { Listener } from '../src/database/listener.js';
import { freshDatabase, withClient } from './support/database.js';
import { Proxy } from './support/proxy.js';
import { until } from './support/wait.js';

let url: string;
let proxy: Proxy;
let listener: Listener;
let called = 0;
beforeAll(async () => {
  url = await freshDatabase();
});
beforeEach(async () => {
  proxy = await Proxy.open(url);
  called = 0;
  listener = new Listener(proxy.url, { pingMs: 20, answerMs: 2_000 });
  await listener.listen({ heard: () => (called += 1) });
  await until('it is there', () => called > 0);
});
afterEach(async () => {
  await listener.close();
  proxy.close();
});

const notify = (channel = 'heard') => withClient(url, (client) => client.query(`NOTIFY ${channel}`));

/** Its handlers are called, once more than before. */
async function expectCall(why: string, act: () => unknown): Promise<void> {
  const before = called;
  await act();
  await until(why, () => called > before);
}

describe('a listener', () => {
  test('calls its handlers when it hears something', () => expectCall('it has heard', () => notify()));

  test('comes back after its connection was cut, calls its handlers, and hears again', async () => {
    await expectCall('it is back', () => {
      proxy.cut('listener');
    });
    await expectCall('it has heard', () => notify());
  });

  test('notices that its connection is only half there', async () => {
    await expectCall('it is back', () => {
      proxy.swallow('listener');
    });
    await expectCall('it has heard', () => notify());
  });

  test('tries until there is a database again', async () => {
    proxy.refuse();
    await until('it is gone', () => proxy.connections() === 0);
    await expectCall('it is back', () => {
      proxy.pass();
    });
  });

  test('is one connection for all who listen, also of one who comes later, goes, and comes again', async () => {
    const later: (string | null)[] = [];
    const hears = { later: (payload: string | null) => later.push(payload) };
    await listener.listen(hears);
    await until('it is told that it listens', () => later.length === 1);
    await notify('later');
    await until('it has heard', () => later.length === 2);
    await listener.forget(['later']);
    await expectCall('the other one still hears', async () => {
      await notify('later');
      await notify();
    });
    expect(later).toEqual([null, '']);
    await listener.listen(hears);
    expect(proxy.connections('listener')).toBe(1);
    await expectCall('both are back', () => {
      proxy.cut('listener');
    });
    await until('both are back', () => later.length === 4);
    await notify('later');
    await until('it has heard', () => later.length === 5);
    expect(proxy.connections('listener')).toBe(1);
  });

  test('has no connection while nobody listens, and none is opened behind the back of who has gone', async () => {
    await listener.forget(['heard']);
    await until('it is gone', () => proxy.connections('listener') === 0);
    void listener.listen({ heard: () => (called += 1) });
    await listener.forget(['heard']);
    await until('it is gone again', () => proxy.connections('listener') === 0);
    await expectCall('it is back', () => listener.listen({ heard: () => (called += 1) }));
    expect(proxy.connections('listener')).toBe(1);
  });

  test('ends although nobody answers its goodbye', async () => {
    proxy.swallow();
    await listener.close();
    await until('its end has come through', () => proxy.connections('listener') === 0);
  });
});
