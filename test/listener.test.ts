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
  listener = new Listener(proxy.url, { heard: () => (called += 1) }, { pingMs: 20, answerMs: 2_000 });
  await listener.open();
  await until('it is there', () => called > 0);
});
afterEach(async () => {
  await listener.close();
  proxy.close();
});

const notify = () => withClient(url, (client) => client.query('NOTIFY heard'));

/** Its handlers are called, once more than before. */
async function expectCall(why: string, act: () => unknown): Promise<void> {
  const before = called;
  await act();
  await until(why, () => called > before);
}

describe('a listener', () => {
  test('calls its handlers when it hears something', () => expectCall('it has heard', notify));

  test('comes back after its connection was cut, calls its handlers, and hears again', async () => {
    await expectCall('it is back', () => {
      proxy.cut('listener');
    });
    await expectCall('it has heard', notify);
  });

  test('notices that its connection is only half there', async () => {
    await expectCall('it is back', () => {
      proxy.swallow('listener');
    });
    await expectCall('it has heard', notify);
  });

  test('tries until there is a database again', async () => {
    proxy.refuse();
    await until('it is gone', () => proxy.connections() === 0);
    await expectCall('it is back', () => {
      proxy.pass();
    });
  });

  test('ends although nobody answers its goodbye', async () => {
    proxy.swallow();
    await listener.close();
    await until('its end has come through', () => proxy.connections('listener') === 0);
  });
});
