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
  listener = new Listener(proxy.url, { heard: () => (called += 1) }, { pingMs: 20, answerMs: 200 });
  await listener.open();
});
afterEach(async () => {
  await listener.close();
  proxy.close();
});

const notify = () => withClient(url, (client) => client.query('NOTIFY heard'));

describe('a listener', () => {
  test('calls its handlers once when it is connected, and then when it hears something', async () => {
    expect(called).toBe(1);
    await notify();
    await until('it has heard', () => called === 2);
  });

  test('comes back after its connection was cut, calls its handlers, and hears again', async () => {
    proxy.cut('listener');
    await until('it is back', () => called === 2);
    await notify();
    await until('it has heard', () => called === 3);
  });

  test('notices that its connection is only half there', async () => {
    proxy.swallow('listener');
    await until('it is back', () => called === 2);
    await notify();
    await until('it has heard', () => called === 3);
    expect(proxy.connections('listener')).toBe(1);
  });

  test('tries until there is a database again', async () => {
    proxy.refuse();
    await until('it is gone', () => proxy.connections() === 0);
    expect(called).toBe(1);
    proxy.pass();
    await until('it is back', () => called === 2);
  });

  test('ends although nobody answers its goodbye', async () => {
    proxy.swallow();
    await listener.close();
    expect(proxy.connections('listener')).toBe(0);
  });
});
