import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { belowBasePath, NOWHERE } from './base-path.js';

const inner = (base: string | null, url: string) =>
  belowBasePath(base)(Object.assign(new IncomingMessage(new Socket()), { url }));

test.each([
  ['/jobs-api/pipelines', '/pipelines'],
  ['/jobs-api/pipelines/?a=1', '/pipelines?a=1'],
  ['/jobs-api/job/detail?id=/jobs-api/', '/job/detail?id=/jobs-api/'],
  ['/jobs-api', '/'],
  ['/jobs-api?x', '/?x'],
  ['/jobs-api/jobs-api/pipelines', '/jobs-api/pipelines'],
  ['/health/ready?x', '/health/ready?x'],
  ['/metrics', '/metrics'],
])('below a base path %s is %s', (url, path) => {
  expect(inner('/jobs-api', url)).toBe(path);
});

test.each(['/', '/pipelines', '/pipelines/', '/pipelines?id=1', '*', 'http://x/pipelines', '//x'])(
  'without one %s is what it was, but for the one route of two spellings',
  (url) => {
    expect(inner(null, url)).toBe(url === '/pipelines/' ? '/pipelines' : url);
  },
);

test.each([
  '/',
  '/pipelines',
  '/jobs-apix/pipelines',
  '/JOBS-API/pipelines',
  '//jobs-api/pipelines',
  '/health',
  '*',
])('outside of a base path %s is nowhere', (url) => {
  expect(inner('/jobs-api', url)).toBe(NOWHERE);
});
