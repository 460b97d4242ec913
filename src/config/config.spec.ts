import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, help, readConfig, readMigrationUrl } from './config.js';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('the configuration', () => {
  test('needs nothing to be set', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 8080, databaseUrl: null, role: 'all' });
  });

  test('is frozen', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  test('names every problem at once, with the variable and what is expected', () => {
    expect(problemsOf({ PORT: '80a', HOLDFAST_ROLE: 'boss', HOLDFAST_WORKER_SLOTS: '0' })).toEqual([
      'PORT: expected a whole number from 0 to 65535; found "80a"',
      'HOLDFAST_ROLE: expected all, api, worker; found "boss"',
      'HOLDFAST_WORKER_SLOTS: expected a whole number from 1 to 1000; found "0"',
    ]);
  });

  test('never repeats a database address, which may hold a password', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://root:geheim@db/x' });
    expect(problem).toContain('DATABASE_URL: expected an address such as postgresql://');
    expect(problem).not.toContain('geheim');
  });

  test('migrates at each start, with the role of all, unless it is told otherwise', () => {
    expect(readConfig({})).toMatchObject({ migrate: true, migrationUrl: null });
    const [DATABASE_URL, HOLDFAST_MIGRATION_URL] = ['postgresql://app@db/x', 'postgresql://owner@db/x'];
    expect(readConfig({ DATABASE_URL, HOLDFAST_MIGRATION_URL, HOLDFAST_MIGRATE: 'off' })).toMatchObject({
      migrate: false,
      migrationUrl: HOLDFAST_MIGRATION_URL,
    });
  });

  test('leaves nobody else to migrate the embedded Postgres', () => {
    expect(
      problemsOf({ HOLDFAST_MIGRATE: 'off', HOLDFAST_MIGRATION_URL: 'postgresql://owner@db/x' }),
    ).toEqual([
      'HOLDFAST_MIGRATION_URL: expected DATABASE_URL to be set as well; found none',
      'HOLDFAST_MIGRATE: expected on, because DATABASE_URL is not set; found "off"',
    ]);
  });

  test.each([
    [':9009', '0.0.0.0', 9009],
    ['localhost:9009', 'localhost', 9009],
    ['[::1]:80', '::1', 80],
  ])('understands prunner’s address %s', (address, host, port) => {
    expect(readConfig({ PRUNNER_ADDRESS: address, HOLDFAST_AUTH: 'off' })).toMatchObject({ host, port });
  });

  test('says once what is wrong with prunner’s address', () => {
    expect(problemsOf({ PRUNNER_ADDRESS: 'here' })).toEqual([
      'PRUNNER_ADDRESS: expected host:port, such as localhost:8080; found "here"',
    ]);
  });

  test('prefers its own names to prunner’s', () => {
    const config = readConfig({
      ...{ PRUNNER_ADDRESS: 'localhost:1', PORT: '2', PRUNNER_PATH: '/p', HOLDFAST_PATH: '/h' },
      ...{ PRUNNER_JWT_SECRET: 'prunner’s own secret', HOLDFAST_JWT_SECRET: 'a secret of our own' },
    });
    expect(config).toMatchObject({
      authentication: { by: 'secret', secret: 'a secret of our own', source: 'HOLDFAST_JWT_SECRET' },
      host: 'localhost',
      port: 2,
      pipelinesPath: '/h',
    });
    expect(readConfig({ PRUNNER_PATH: '/p', PRUNNER_DATA: '/d', PRUNNER_PATTERN: 'x.yml' })).toMatchObject({
      pipelinesPath: '/p',
      dataFolder: '/d',
      pipelinesPattern: 'x.yml',
    });
  });

  test.each(['127.0.0.1:8080', 'localhost:1', '[::1]', '[::1]:80', 'a b'])('refuses the host %s', (HOST) => {
    expect(problemsOf({ HOST, HOLDFAST_AUTH: 'off' })).toEqual([
      `HOST: expected an address or a name without a port, which is PORT; found "${HOST}"`,
    ]);
  });

  test.each([
    ['1KiB', 1024],
    ['2MiB', 2 * 1024 ** 2],
    ['4096', 4096],
  ])('reads the size %s', (text, outputLimit) => {
    expect(readConfig({ HOLDFAST_OUTPUT_LIMIT: text })).toMatchObject({ outputLimit });
  });

  test.each(['1', '1.5MiB', '-1', '2GiB', 'much'])('refuses the size %s', (text) => {
    expect(problemsOf({ HOLDFAST_OUTPUT_LIMIT: text })).toHaveLength(1);
  });

  test('believes nobody, allows no origin, limits nobody and has no base path unless it is told to', () => {
    expect(readConfig({})).toMatchObject({
      basePath: null,
      trustedProxies: [],
      corsOrigins: [],
      rateLimit: 0,
    });
  });

  test.each([
    ['/jobs-api', '/jobs-api'],
    ['/a/b.c/', '/a/b.c'],
    ['/', null],
  ])('reads the base path %s', (text, basePath) => {
    expect(readConfig({ HOLDFAST_BASE_PATH: text })).toMatchObject({ basePath });
  });

  test.each(['jobs-api', '//', '/a//b', '/a/../b', '/.', '/a?b', '/a b', '/a%2fb', 'https://x/y'])(
    'refuses the base path %s',
    (text) => {
      expect(problemsOf({ HOLDFAST_BASE_PATH: text })).toHaveLength(1);
    },
  );

  test('reads addresses and networks of proxies', () => {
    const text = '10.0.0.7, 192.168.0.0/16,::1,fd00::/8';
    expect(readConfig({ HOLDFAST_TRUSTED_PROXIES: text }).trustedProxies).toEqual([
      '10.0.0.7',
      '192.168.0.0/16',
      '::1',
      'fd00::/8',
    ]);
  });

  test.each(['gateway', '10.0.0', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/', '::/129', '10.0.0.7,', '*'])(
    'refuses the proxy %s',
    (text) => {
      expect(problemsOf({ HOLDFAST_TRUSTED_PROXIES: text })).toEqual([
        expect.stringMatching(/^HOLDFAST_TRUSTED_PROXIES: expected addresses and networks/),
      ]);
    },
  );

  test('reads origins', () => {
    const text = 'https://app.example.com,http://localhost:3000';
    expect(readConfig({ HOLDFAST_CORS_ORIGINS: text }).corsOrigins).toEqual(text.split(','));
  });

  test.each(['*', 'null', 'app.example.com', 'https://app.example.com/', 'https://a.b:443', 'file:///x'])(
    'refuses the origin %s, which no browser sends or which is everybody',
    (text) => {
      expect(problemsOf({ HOLDFAST_CORS_ORIGINS: text })).toHaveLength(1);
    },
  );

  test('hands tasks the environment without the service’s own secrets', () => {
    const { taskEnvironment } = readConfig({
      PATH: '/bin',
      DATABASE_URL: 'postgres://a:b@c/d',
      HOLDFAST_DATA: '/x',
      PRUNNER_JWT_SECRET: 'a secret of prunner’s',
      HOLDFAST_JWT_ISSUER: 'i',
      PGPASSWORD: 'p',
    });
    expect(taskEnvironment).toEqual({ PATH: '/bin' });
  });

  test('hands tasks nothing of our own .npmrc, which npm start adds to the environment', () => {
    const ours = readFileSync('.npmrc', 'utf8').match(/^[a-z-]+(?==)/gm) ?? [];
    const names = ours.map((key) => `npm_config_${key.replaceAll('-', '_')}`);
    expect(names).toContain('npm_config_ignore_scripts');
    const lines = execFileSync('npm', ['run', '--silent', 'env'], { encoding: 'utf8' });
    const environment = Object.fromEntries(
      [...lines.matchAll(/^(npm_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(names));
    const inherited = Object.keys(readConfig(environment).taskEnvironment);
    expect(inherited.filter((name) => names.includes(name))).toEqual([]);
    expect(inherited).toContain('npm_config_user_agent');
  });

  test('hands tasks npm_config_ignore_scripts where npm did not start the service', () => {
    const environment = { npm_config_ignore_scripts: 'true' };
    expect(readConfig(environment).taskEnvironment).toEqual(environment);
  });

  test('says which files of the working directory have settings that tasks must not see, where that matters', () => {
    const before = process.cwd();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-config-')));
    process.chdir(folder);
    try {
      writeFileSync('.env', 'A=b\n# HOLDFAST_JWT_SECRET=x\n');
      writeFileSync('.env.local', 'export DATABASE_URL=x\n');
      const all = [join(folder, '.env.local'), join(folder, '.env')];
      const config = readConfig({ HOLDFAST_TASK_USER: 'nobody:4711' });
      expect(config.settingsFiles).toEqual({ all, withSecrets: [join(folder, '.env.local')] });
      expect(config.taskUser).toBe('nobody:4711');
      writeFileSync('.prunner.yml', 'jwt_secret: "a secret of enough characters"\n');
      const file = join(folder, '.prunner.yml');
      expect(readConfig({ HOLDFAST_TASK_USER: 'nobody' }).settingsFiles).toEqual({
        all: [...all, file],
        withSecrets: [join(folder, '.env.local'), file],
      });
      expect(readConfig({})).toMatchObject({ taskUser: null, settingsFiles: { all: [], withSecrets: [] } });
    } finally {
      process.chdir(before);
    }
  });

  test('lists every setting in its help', () => {
    for (const name of [
      'HOST',
      'PORT',
      'DATABASE_URL',
      'HOLDFAST_WORKER_SLOTS',
      'PRUNNER_ADDRESS',
      'PRUNNER_PATH',
    ]) {
      expect(help()).toContain(name);
    }
  });
});

describe('the address for npm run migrate', () => {
  const [DATABASE_URL, HOLDFAST_MIGRATION_URL] = ['postgresql://app@db/x', 'postgresql://owner@db/x'];
  const problems = (environment: Record<string, string>) => {
    try {
      return readMigrationUrl(environment);
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };

  test('is that of the role that migrates, or else that of all', () => {
    const both = { DATABASE_URL, HOLDFAST_MIGRATION_URL };
    expect(readMigrationUrl(both)).toEqual({
      url: HOLDFAST_MIGRATION_URL,
      variable: 'HOLDFAST_MIGRATION_URL',
    });
    expect(readMigrationUrl({ DATABASE_URL })).toEqual({ url: DATABASE_URL, variable: 'DATABASE_URL' });
  });

  test('counts whatever is wrong with other settings, and has to be one', () => {
    expect(readMigrationUrl({ DATABASE_URL, HOST: '0.0.0.0', PORT: 'x' })).toMatchObject({
      url: DATABASE_URL,
    });
    expect(problems({})).toEqual([
      'DATABASE_URL: expected the database to migrate, or HOLDFAST_MIGRATION_URL; found none',
    ]);
    expect(problems({ HOLDFAST_MIGRATION_URL: 'mysql://root:geheim@db/x', DATABASE_URL })).toEqual([
      'HOLDFAST_MIGRATION_URL: expected an address such as postgresql://user:password@host:5432/database; found "…"',
    ]);
  });
});
