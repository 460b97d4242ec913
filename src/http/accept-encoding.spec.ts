import { encodingFor } from './accept-encoding.js';

test.each([
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, *', 'gzip'],
  ['*', 'br'],
  ['GZIP', 'gzip'],
  ['  gzip ; q=0.001 ', 'gzip'],
])('who accepts %j gets %s', (accept, encoding) => {
  expect(encodingFor(accept)).toBe(encoding);
});

test.each([
  undefined,
  '',
  'identity',
  'deflate',
  'gzip;q=0',
  'gzip;q=0, br;q=0.0',
  '*;q=0',
  'gzip;q=x',
  'x'.repeat(9000),
])('who accepts %j gets it as it is', (accept) => {
  expect(encodingFor(accept)).toBeNull();
});
