import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOf } from '../../test/support/config.js';
import {
  ConfigError,
  help,
  passedOver,
  readConfig,
  readEnvironment,
  readMigrationDatabase,
} from './config.js';

describe('the configuration', () => {
  test('needs nothing to be set', () => {
    expect(readConfig({})).toMatchObject({ host: '127.0.0.1', port: 8080, database: null, role: 'all' });
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
    expect(readConfig({})).toMatchObject({ migrate: true, migrationDatabase: null });
    const [DATABASE_URL, HOLDFAST_MIGRATION_URL] = ['postgresql://app@db/x', 'postgresql://owner@db/x'];
    expect(readConfig({ DATABASE_URL, HOLDFAST_MIGRATION_URL, HOLDFAST_MIGRATE: 'off' })).toMatchObject({
      migrate: false,
      database: { user: 'app' },
      migrationDatabase: { user: 'owner', database: 'x', variable: 'HOLDFAST_MIGRATION_URL' },
    });
  });

  test('leaves nobody else to migrate the embedded Postgres', () => {
    expect(
      problemsOf({ HOLDFAST_MIGRATE: 'off', HOLDFAST_MIGRATION_URL: 'postgresql://owner@db/x' }),
    ).toEqual([
      'HOLDFAST_MIGRATION_URL: expected DATABASE_URL or PGHOST to be set as well; found none',
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
    expect(taskEnvironment).toEqual({ PATH: '/bin', PYTHONUNBUFFERED: '1' });
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
    const environment = { npm_config_ignore_scripts: 'true', PYTHONUNBUFFERED: '' };
    expect(readConfig(environment).taskEnvironment).toEqual(environment);
  });

  test('says which files of the working directory have settings that tasks must not see, where that matters', () => {
    const before = process.cwd();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-config-')));
    process.chdir(folder);
    try {
      writeFileSync('.env', 'A=b\n# HOLDFAST_JWT_SECRET=x\n');
      writeFileSync('.env.local', 'export DATABASE_URL=x\n');
      const all = [join(folder, '.env'), join(folder, '.env.local')];
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

describe('the database for npm run migrate', () => {
  const [DATABASE_URL, HOLDFAST_MIGRATION_URL] = ['postgresql://app@db/x', 'postgresql://owner@db/x'];
  const problems = (environment: Record<string, string>) => {
    try {
      return readMigrationDatabase(environment);
    } catch (error) {
      return (error as ConfigError).problems;
    }
  };

  test('is for the role that migrates, or else for that of all', () => {
    const both = { DATABASE_URL, HOLDFAST_MIGRATION_URL };
    expect(readMigrationDatabase(both)).toMatchObject({ user: 'owner', variable: 'HOLDFAST_MIGRATION_URL' });
    expect(readMigrationDatabase({ HOLDFAST_MIGRATION_URL })).toMatchObject({
      user: 'owner',
      variable: 'HOLDFAST_MIGRATION_URL',
    });
    expect(readMigrationDatabase({ DATABASE_URL })).toMatchObject({ user: 'app', variable: 'DATABASE_URL' });
    expect(
      readMigrationDatabase({ PGHOST: 'db', PGUSER: 'app', HOLDFAST_MIGRATION_USER: 'owner' }),
    ).toMatchObject({
      user: 'owner',
      variable: 'HOLDFAST_MIGRATION_USER',
    });
  });

  test('is in the schema of all', () => {
    const schema = { HOLDFAST_SCHEMA: 'own' };
    for (const url of [
      { DATABASE_URL },
      { HOLDFAST_MIGRATION_URL },
      { DATABASE_URL, HOLDFAST_MIGRATION_URL },
    ])
      expect(readMigrationDatabase({ ...url, ...schema })).toMatchObject({ schema: 'own' });
  });

  test('counts whatever is wrong with other settings, and has to be one', () => {
    expect(readMigrationDatabase({ DATABASE_URL, HOST: '0.0.0.0', PORT: 'x' })).toMatchObject({
      user: 'app',
    });
    expect(problems({})).toEqual([
      'DATABASE_URL: expected the database to migrate, or HOLDFAST_MIGRATION_URL; found none',
    ]);
    expect(problems({ HOLDFAST_MIGRATION_URL: 'mysql://root:geheim@db/x', DATABASE_URL })).toEqual([
      'HOLDFAST_MIGRATION_URL: expected an address such as postgresql://user:password@host:5432/database; found "…"',
    ]);
  });
});

describe('a setting in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
  const fileOf = (text: string): string => {
    const file = join(folder, randomBytes(6).toString('hex'));
    writeFileSync(file, text);
    return file;
  };
  const DATABASE_URL = 'postgresql://db/x';

  test('is read without the end of its last line', () => {
    const files = {
      DATABASE_URL_FILE: fileOf('postgresql://db/x\r\n'),
      HOLDFAST_DATABASE_USER_FILE: fileOf('app\n'),
      HOLDFAST_JWT_SECRET_FILE: fileOf(' sixteen letters!\n\n'),
    };
    expect(readConfig(files)).toMatchObject({
      database: { user: 'app', database: 'x', variable: 'DATABASE_URL_FILE' },
      authentication: { by: 'secret', secret: ' sixteen letters!\n', source: 'HOLDFAST_JWT_SECRET_FILE' },
    });
  });

  test('stays in it if it is a password, which is read again for each connection', () => {
    const [own, owner] = [fileOf('a'), fileOf('b')];
    const passwords = { HOLDFAST_DATABASE_PASSWORD_FILE: own, HOLDFAST_MIGRATION_PASSWORD_FILE: owner };
    expect(readConfig({ DATABASE_URL, ...passwords })).toMatchObject({
      database: { password: { kind: 'file', file: own } },
      migrationDatabase: { password: { kind: 'file', file: owner } },
    });
  });

  test.each([
    ['missing', join(folder, 'nowhere'), 'a file that is there and can be read'],
    ['a folder', folder, 'a file that is there and can be read'],
    ['empty', fileOf('\n'), 'a file that is not empty'],
    ['too long', fileOf('x'.repeat(70_000)), 'a file of at most 65536 bytes'],
    ['binary', fileOf('a\0b'), 'a text without NUL'],
  ])('that is %s is a problem, and never repeated', (_how, file, expected) => {
    expect(problemsOf({ DATABASE_URL, HOLDFAST_DATABASE_PASSWORD_FILE: file })).toEqual([
      `HOLDFAST_DATABASE_PASSWORD_FILE: expected ${expected}; found "${file}"`,
    ]);
  });

  test('is a problem beside the same setting without one', () => {
    const both = { HOLDFAST_DATABASE_USER: 'a', HOLDFAST_DATABASE_USER_FILE: fileOf('a') };
    expect(problemsOf({ DATABASE_URL, ...both })).toEqual([
      'HOLDFAST_DATABASE_USER_FILE: expected HOLDFAST_DATABASE_USER not to be set as well; found both',
    ]);
  });

  test('is known by its name', () => {
    expect(passedOver({ HOLDFAST_DATABASE_PASSWORD_FILE: 'x', HOLDFAST_GRACE_FILE: 'x' })).toEqual([
      expect.stringMatching(/^HOLDFAST_GRACE_FILE: there is no such setting/),
    ]);
  });
});

test('the driver finds none of libpq’s variables in the environment of the process', () => {
  const process_: Record<string, string | undefined> = {
    PGHOST: 'db',
    PGOPTIONS: '-c x=y',
    PGTZ: 'UTC',
    PGDATA: '/d',
    PATH: '/bin',
  };
  expect(readEnvironment(process_)).toMatchObject({
    PGHOST: 'db',
    PGOPTIONS: '-c x=y',
    PGTZ: 'UTC',
    PGDATA: '/d',
  });
  expect(process_).toEqual({ PGDATA: '/d', PATH: '/bin' });
});
