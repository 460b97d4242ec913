import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freshDatabase } from './support/database.js';
import { pageTest, Visitor } from './support/browser.js';
import { pipelinesFolder, TestService } from './support/service.js';

/** Pages on two other origins; the first one may ask. */
const elsewhere: Server[] = [];
let service: TestService;
beforeAll(async () => {
  for (let page = 0; page < 2; page += 1) {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Elsewhere</title>');
    });
    await new Promise<void>((done) => server.listen(0, 'localhost', done));
    elsewhere.push(server);
  }
  service = new TestService({
    DATABASE_URL: await freshDatabase(),
    HOLDFAST_PATH: pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo] } } } }'),
    HOLDFAST_CORS_ORIGINS: originOf(0),
  });
  await service.greeting();
});
afterAll(async () => {
  for (const server of elsewhere) server.close();
  await service.stop();
});

const originOf = (page: number) =>
  `http://localhost:${String((elsewhere[page]?.address() as AddressInfo).port)}`;

/** What a script of that page gets: a status, 0 for an answer that it cannot read, or that it fails. */
async function fetchedBy(page: number, mode: 'cors' | 'no-cors', path: string): Promise<number | 'fails'> {
  const visitor = await Visitor.open(originOf(page));
  const url = (await service.url(path)).replace('localhost', '127.0.0.1');
  return visitor.page.evaluate<number | 'fails'>(
    `fetch(${JSON.stringify(url)}, { mode: '${mode}' }).then(({ status }) => status, () => 'fails')`,
  );
}

pageTest('a page of an origin that may ask reads answers, errors included, by CORS', async () => {
  expect(await fetchedBy(0, 'cors', '/pipelines')).toBe(200);
  expect(await fetchedBy(0, 'cors', '/job/detail?id=x')).toBe(400);
});

pageTest('a page of another origin reads no answer', async () => {
  expect(await fetchedBy(1, 'cors', '/pipelines')).toBe('fails');
});

pageTest('a page of another origin cannot have an answer loaded as it loads images and scripts', async () => {
  for (const path of ['/pipelines', '/health/live', '/nope', '/openapi.json', '/'])
    expect([path, await fetchedBy(1, 'no-cors', path)]).toEqual([path, 'fails']);
});
