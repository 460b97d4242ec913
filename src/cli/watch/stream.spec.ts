import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf } from '../ask/address.js';
import { Service } from '../ask/service.js';
import { NoStream, watch } from './stream.js';

// What is waited between two tries is nobody's concern here.
jest.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const END = 'event: end\nid: end\ndata: {}\n\n';
/** A stream that has nothing to tell, and is ended by the service. */
const quiet = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 2000\n\n');
const empty = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
const telling = (text: string) => (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
const away = (response: ServerResponse) => response.destroy();

/** What is told where a service answers so, the first time and then each further time. */
async function toldBy(answers: readonly ((response: ServerResponse) => unknown)[]): Promise<string[]> {
  const left = [...answers];
  const server = createServer((_, response) => left.shift()?.(response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const service = new Service(
    addressOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined),
  );
  const told: string[] = [];
  try {
    for await (const event of watch(service, 'job/events', {}, new AbortController().signal))
      told.push(event.event === 'told' ? event.name : event.event);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return told;
}

const tenMinutesPass = () => {
  const now = Date.now() + 10 * 60_000;
  jest.spyOn(Date, 'now').mockReturnValue(now);
};
afterEach(() => {
  jest.restoreAllMocks();
});

it('waits for a service that is away again as long as the first time, also if it said nothing meanwhile', async () => {
  const laterAway = (response: ServerResponse) => {
    tenMinutesPass();
    away(response);
  };
  const told = await toldBy([away, quiet, laterAway, telling(END)]);
  expect(told).toEqual(['lost', 'lost', 'end']);
});

it('waits no longer than five minutes for one that does not come back', async () => {
  const laterAway = (response: ServerResponse) => {
    tenMinutesPass();
    away(response);
  };
  await expect(toldBy([away, laterAway])).rejects.toThrow('cannot reach');
});

it('goes on with a stream that has nothing to tell, however often the service ends it', async () => {
  expect(await toldBy([...Array.from({ length: 10 }, () => quiet), telling(END)])).toEqual(['end']);
});

it('gives up streams of which nothing comes through', async () => {
  await expect(toldBy(Array.from({ length: 10 }, () => empty))).rejects.toThrow(NoStream);
});
