import { oddLines, unknownSettings } from './passed-over.js';

const KNOWN = ['HOLDFAST_RATE_LIMIT', 'HOLDFAST_JWT_ISSUER', 'HOLDFAST_AUTH', 'HOLDFAST_TRUSTED_PROXIES'];

describe('a setting that there is not', () => {
  test.each([
    ['HOLDFAST_RATELIMIT', 'HOLDFAST_RATE_LIMIT'],
    ['HOLDFAST_JWT_ISUER', 'HOLDFAST_JWT_ISSUER'],
    ['HOLDFAST_ATUH', 'HOLDFAST_AUTH'],
    ['HOLDFAST_TRUSTED_PROXY', 'HOLDFAST_TRUSTED_PROXIES'],
    ['holdfast_auth', 'HOLDFAST_AUTH'],
  ])('%s is told, with %s, which it may have meant to be', (name, meant) => {
    expect(unknownSettings([name, 'PATH'], KNOWN)).toEqual([
      `${name}: there is no such setting; did you mean ${meant}?`,
    ]);
  });

  test('is told also where nothing is near', () => {
    expect(unknownSettings(['HOLDFAST_COLOUR'], KNOWN)).toEqual([
      'HOLDFAST_COLOUR: there is no such setting; see --help',
    ]);
  });

  test.each([
    'HOLDFAST_AUTH',
    'HOLDFAST_URL',
    'HOLDFAST_TASK',
    'HOLDFAST_SERVICE_HOST',
    'HOLDFAST_SERVICE_PORT_HTTP',
    'HOLDFAST_PORT',
    'HOLDFAST_PORT_8080_TCP_ADDR',
    'HOLDFAST_DB_SERVICE_HOST',
    'OTHER_ATUH',
  ])('is not what %s is', (name) => {
    expect(unknownSettings([name], KNOWN)).toEqual([]);
  });
});

describe('a line of .env', () => {
  test('that names nothing is told by its number, never by its words', () => {
    expect(oddLines('.env', 'PORT=1\n\n# a comment\ngeheim geheim\n  export A = b\nYAML: x\n=x\n')).toEqual([
      '.env: line 4 is no NAME=value and is passed over',
      '.env: line 7 is no NAME=value and is passed over',
    ]);
  });

  test('may belong to a value of several lines', () => {
    const key =
      'KEY="-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\nzj0CAQ==\n-----END PUBLIC KEY-----" # mine\nPORT=1\n';
    expect(oddLines('.env', key)).toEqual([]);
  });
});
