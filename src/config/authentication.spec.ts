import { inFolder, problemsOf } from '../../test/support/config.js';
import type { Authentication } from './authentication.js';
import { readConfig } from './config.js';
import { isLoopback } from './loopback.js';

const SECRET = 'sixteen letters!';
const PROVIDER = {
  HOLDFAST_JWKS_URL: 'https://id.example.com/keys',
  HOLDFAST_JWT_ISSUER: 'https://id.example.com',
  HOLDFAST_JWT_AUDIENCE: 'holdfast',
};
const GATEWAY = { HOLDFAST_USER_HEADER: 'X-Forwarded-User', HOLDFAST_TRUSTED_PROXIES: '10.0.0.7' };

const authentication = (environment: Record<string, string>): Authentication =>
  readConfig(environment).authentication;

describe('who may call', () => {
  test('is everybody on this machine by its own names, where nothing is said', () => {
    const hosts = ['localhost', '127.0.0.1', '[::1]'];
    expect(authentication({})).toEqual({ by: 'nobody', hosts: [...hosts, '127.0.0.1'] });
    expect(authentication({ HOST: '::1', HOLDFAST_HOSTS: 'jobs.test' })).toEqual({
      by: 'nobody',
      hosts: [...hosts, '[::1]', 'jobs.test'],
    });
  });

  test.each(['0.0.0.0', '::', '10.1.2.3', 'jobs.internal', 'localhost.example.com', '::ffff:10.0.0.1'])(
    'is to be said before the service listens on %s',
    (host) => {
      expect(problemsOf({ HOST: host })).toEqual([
        expect.stringContaining(`HOST: ${host} can be reached from other machines`),
      ]);
      expect(problemsOf({ HOST: host })[0]).toContain('set HOLDFAST_JWT_SECRET, HOLDFAST_JWKS_URL,');
      for (const said of [{ HOLDFAST_JWT_SECRET: SECRET }, PROVIDER, GATEWAY, { HOLDFAST_AUTH: 'off' }])
        expect(problemsOf({ HOST: host, ...said })).toEqual([]);
    },
  );

  test('is no matter for a worker, which answers only whether it is well', () => {
    expect(problemsOf({ HOST: '0.0.0.0', HOLDFAST_ROLE: 'worker' })).toEqual([]);
  });

  test('is everybody where it says so, by any name or by those that are named', () => {
    expect(authentication({ HOLDFAST_AUTH: 'off', HOST: '0.0.0.0' })).toEqual({ by: 'nobody', hosts: null });
    expect(authentication({ HOLDFAST_AUTH: 'off', HOLDFAST_HOSTS: 'A.test,[::1]' })).toEqual({
      by: 'nobody',
      hosts: ['a.test', '[::1]'],
    });
  });

  test('is not everybody while it is said how they are known', () => {
    expect(problemsOf({ HOLDFAST_AUTH: 'off', PRUNNER_JWT_SECRET: SECRET })).toEqual([
      'HOLDFAST_AUTH: expected on, because PRUNNER_JWT_SECRET is set; found "off"',
    ]);
  });

  test('is said in one way', () => {
    expect(problemsOf({ HOLDFAST_JWT_SECRET: SECRET, ...PROVIDER })).toEqual([
      'HOLDFAST_JWT_SECRET, HOLDFAST_JWKS_URL: expected one way to know callers; found 2',
    ]);
    expect(problemsOf({ ...GATEWAY, HOLDFAST_JWT_SECRET: SECRET })).toHaveLength(1);
  });

  test('comes with the names of the provider and of this service', () => {
    expect(authentication(PROVIDER)).toEqual({
      by: 'keys',
      from: { url: 'https://id.example.com/keys' },
      issuer: 'https://id.example.com',
      audience: 'holdfast',
      isStrict: false,
    });
    expect(problemsOf({ HOLDFAST_JWT_KEY_FILE: 'not-there.pem' })).toEqual([
      'HOLDFAST_JWT_KEY_FILE: expected a file that is there and can be read; found "not-there.pem"',
      'HOLDFAST_JWT_ISSUER: expected whose tokens count; found none',
      'HOLDFAST_JWT_AUDIENCE: expected what tokens have to be for; found none',
    ]);
    expect(problemsOf({ HOLDFAST_JWT_ISSUER: 'x' })).toHaveLength(1);
  });

  test('may ask for tokens that have every limit, and only where it asks for tokens', () => {
    const strict = { HOLDFAST_TOKEN_STRICT: 'on' };
    expect(authentication({ ...PROVIDER, ...strict })).toMatchObject({ by: 'keys', isStrict: true });
    expect(authentication({ HOLDFAST_JWT_SECRET: SECRET, ...strict })).toMatchObject({ isStrict: true });
    expect(problemsOf({ ...strict, HOLDFAST_ROLE: 'worker' })).toEqual([]);
    for (const other of [{}, { HOLDFAST_AUTH: 'off' }, GATEWAY])
      expect(problemsOf({ ...strict, ...other })).toEqual([
        'HOLDFAST_TOKEN_STRICT: expected off, because no tokens are asked for; found "on"',
      ]);
  });

  test('comes with those who may say it', () => {
    expect(authentication(GATEWAY)).toEqual({
      by: 'header',
      header: 'x-forwarded-user',
      proxies: ['10.0.0.7'],
    });
    expect(problemsOf({ HOLDFAST_USER_HEADER: 'X-User' })).toEqual([
      expect.stringMatching(/^HOLDFAST_TRUSTED_PROXIES: expected the addresses/),
    ]);
  });

  test.each(['Authorization', 'cookie', 'Proxy-Authorization', 'X-Api-Key'])(
    'is never in %s, which would be kept with every job',
    (header) => {
      expect(problemsOf({ ...GATEWAY, HOLDFAST_USER_HEADER: header })).toEqual([
        `HOLDFAST_USER_HEADER: expected a header that holds a name and no secret, such as X-Forwarded-User; found "${header}"`,
      ]);
    },
  );

  test.each(['http://id.example.com/keys', 'https://u:geheim@id.example.com/', 'file:///keys', 'geheim'])(
    'never comes from %s',
    (url) => {
      const [problem, ...others] = problemsOf({ ...PROVIDER, HOLDFAST_JWKS_URL: url });
      expect(problem).toContain('HOLDFAST_JWKS_URL: expected an https address');
      expect(problem).not.toContain('geheim');
      expect(others).toEqual([]);
    },
  );

  test.each(['http://localhost:8/k', 'http://127.0.0.1/k', 'http://[::1]:8/k'])('may come from %s', (url) => {
    expect(authentication({ ...PROVIDER, HOLDFAST_JWKS_URL: url })).toMatchObject({ from: { url } });
  });

  test.each(['fifteen letters', ' fifteen letters ', ' '.repeat(17)])(
    'a secret that is too short is refused and not repeated: "%s"',
    (secret) => {
      expect(problemsOf({ HOLDFAST_JWT_SECRET: secret })).toEqual([
        'HOLDFAST_JWT_SECRET: expected at least 16 characters; found "…"',
      ]);
    },
  );

  test('names the variable that has the host', () => {
    expect(problemsOf({ PRUNNER_ADDRESS: ':9009' })).toEqual([
      expect.stringMatching(/^PRUNNER_ADDRESS: 0\.0\.0\.0 can be reached from other machines/),
    ]);
  });
});

describe('prunner’s own file (2.3)', () => {
  const file = (text: string) =>
    inFolder({ '.prunner.yml': text }, () => authentication({ HOST: '0.0.0.0' }));
  const problems = (text: string) => inFolder({ '.prunner.yml': text }, () => problemsOf({}));

  test('counts where nothing else is said', () => {
    const found = { by: 'secret', source: '.prunner.yml', issuer: null, audience: null, isStrict: false };
    expect(file(`jwt_secret: ${SECRET}\n`)).toEqual({ ...found, secret: SECRET });
    expect(file('jwt_secret: 01234567890123456\n')).toEqual({ ...found, secret: '01234567890123456' });
  });

  test.each([
    ['without a secret', 'other: x\n'],
    ['with nothing', ''],
    ['with a short one', 'jwt_secret: geheim\n'],
    ['with a list', 'jwt_secret: [geheim, geheim, geheim]\n'],
    ['that is no YAML', 'jwt_secret: "geheim geheim geheim\n'],
    ['that is a text', 'geheim geheim geheim'],
  ])('%s stops the start, and is not repeated', (_how, text) => {
    expect(problems(text)).toEqual([
      '.prunner.yml: expected a jwt_secret of at least 16 characters; found none',
    ]);
  });

  test('is not even opened where something else is said', () => {
    inFolder({ '.prunner.yml': 'nonsense' }, () => {
      for (const said of [{ HOLDFAST_JWT_SECRET: SECRET }, { HOLDFAST_AUTH: 'off' }, PROVIDER, GATEWAY])
        expect(problemsOf(said)).toEqual([]);
    });
  });
});

test.each([
  ['localhost', true],
  ['LOCALHOST', true],
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['0:0:0:0:0:0:0:1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.nip.io', false],
  ['', false],
  ['0', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
