import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemsOf } from '../../../test/support/config.js';
import { readConfig } from '../config.js';
import { type DatabaseAddress, placeOf } from './address.js';

type Variables = Readonly<Record<string, string>>;

const of = (environment: Variables): DatabaseAddress => {
  const { database } = readConfig(environment);
  if (database === null) throw new Error('it is the embedded one');
  return database;
};
const inUrl = (query: string, more: Variables = {}) =>
  of({ DATABASE_URL: `postgresql://u:p@h/db?${query}`, ...more });

const problemsIn = (query: string, more: Variables = {}) =>
  problemsOf({ DATABASE_URL: `postgresql://u:geheim@h/db?${query}`, ...more });

describe('hosts', () => {
  const hosts = (url: string) =>
    of({ DATABASE_URL: url }).hosts.map(({ host, address, port }) => [host, address, port]);

  test('have ports and addresses each, or one port together', () => {
    expect(hosts('postgresql://u@h1,h2:5433/')).toEqual([
      ['h1', null, 5432],
      ['h2', null, 5433],
    ]);
    expect(hosts('postgresql://u@/?host=h1,h2&port=6000&hostaddr=10.0.0.1,')).toEqual([
      ['h1', '10.0.0.1', 6000],
      ['h2', null, 6000],
    ]);
    expect(hosts('postgresql://u@/?hostaddr=10.0.0.1')).toEqual([['10.0.0.1', '10.0.0.1', 5432]]);
  });

  test('are this machine where none is named and there is no socket', () => {
    expect(hosts('postgresql://u@:59999/')).toEqual([['localhost', null, 59999]]);
  });

  test.each([
    ['host=a,b,c&port=1,2', 'port to be one, or one for each host; found "1,2"'],
    ['host=a,b&hostaddr=1.1.1.1', 'hostaddr to be one for each host; found "1.1.1.1"'],
    ['port=70000', 'port to be a port from 1 to 65535; found "70000"'],
    ['host=%40abstract', 'host to be the folder of a socket, which begins with /; found "@abstract"'],
    [`host=${'a,'.repeat(20)}a`, expect.stringMatching(/^host to be at most 20 hosts; found/)],
  ])('are not right with %s', (query, expected) => {
    const [problem, ...others] = problemsIn(query);
    expect(problem?.replace('DATABASE_URL: expected ', '')).toEqual(expected);
    expect(others).toEqual([]);
  });

  test('are searched for one that takes writes, if there are several', () => {
    const target = (url: string) => of({ DATABASE_URL: url }).target;
    expect(target('postgresql://u@h/')).toBe('read-write');
    expect(target('postgresql://u@h1,h2/')).toBe('read-write');
    expect(target('postgresql://u@h1,h2/?target_session_attrs=any')).toBe('any');
    expect(target('postgresql://u@h/?target_session_attrs=primary')).toBe('primary');
    for (const attributes of ['standby', 'read-only', 'prefer-standby'])
      expect(problemsIn(`target_session_attrs=${attributes}`)).toEqual([
        `DATABASE_URL: expected target_session_attrs to be read-write, primary or any, because the service writes; found "${attributes}"`,
      ]);
  });

  test('are told with the name of the database and its schema, and nothing else', () => {
    expect(placeOf(inUrl('schema=own&sslmode=require'))).toBe('h:5432/db?schema=own');
    expect(placeOf(of({ DATABASE_URL: 'postgresql://u:p@h1,[::1]:1/db' }))).toBe('h1:5432,[::1]:1/db');
    expect(placeOf(of({ DATABASE_URL: 'postgresql://u:p@/db?host=/tmp' }))).toBe('/tmp:5432/db');
  });
});

describe('libpq’s variables', () => {
  const LIBPQ = {
    PGHOST: 'h',
    PGUSER: 'u',
    PGPASSWORD: 'p',
    PGDATABASE: 'd',
    PGPORT: '1',
    PGPASSFILE: '/f',
    PGSSLMODE: 'disable',
  };

  test('name a database if they name its host', () => {
    expect(of(LIBPQ)).toMatchObject({
      variable: 'PGHOST',
      hosts: [{ host: 'h', port: 1 }],
      user: 'u',
      password: { kind: 'text', text: 'p' },
      database: 'd',
      passFile: '/f',
      tls: { mode: 'disable' },
    });
    const others = { ...LIBPQ, PGHOST: '' };
    expect(readConfig({ ...others, PGSERVICE: 's', PGHOSTADDR: '10.0.0.1' }).database).toBeNull();
  });

  test('fill what DATABASE_URL leaves open', () => {
    const address = of({ ...LIBPQ, DATABASE_URL: 'postgresql://v@other/' });
    expect(address).toMatchObject({ hosts: [{ host: 'other', port: 1 }], user: 'v', database: 'd' });
    expect(address.password).toEqual({ kind: 'text', text: 'p' });
  });

  test('are called by their own names where they are wrong', () => {
    expect(problemsOf({ ...LIBPQ, PGPORT: 'x', PGSSLMODE: 'yes' })).toEqual([
      'PGPORT: expected a port from 1 to 65535; found "x"',
      'PGSSLMODE: expected disable, allow, prefer, require, verify-ca or verify-full; found "yes"',
    ]);
  });
});

describe('user, password and schema', () => {
  test('may be settings of their own', () => {
    const own = { HOLDFAST_DATABASE_USER: 'app', HOLDFAST_DATABASE_PASSWORD: 'x', HOLDFAST_SCHEMA: 'own' };
    const expected = { user: 'app', password: { kind: 'text', text: 'x' }, schema: 'own' };
    expect(of({ DATABASE_URL: 'postgresql://h/db', ...own })).toMatchObject(expected);
    expect(of({ PGHOST: 'h', PGUSER: 'other', PGPASSWORD: 'other', ...own })).toMatchObject(expected);
  });

  test('must not contradict the address', () => {
    const own = {
      HOLDFAST_DATABASE_USER: 'app',
      HOLDFAST_DATABASE_PASSWORD: 'geheim2',
      HOLDFAST_SCHEMA: 'a',
    };
    expect(problemsIn('schema=b', own)).toEqual(
      ['USER', 'PASSWORD']
        .map(
          (name) =>
            `HOLDFAST_DATABASE_${name}: expected DATABASE_URL to have the same ${name.toLowerCase()} or none; found another one`,
        )
        .concat('HOLDFAST_SCHEMA: expected DATABASE_URL to have the same schema or none; found another one'),
    );
    expect(inUrl('schema=a', { HOLDFAST_SCHEMA: 'a', HOLDFAST_DATABASE_USER: 'u' })).toMatchObject({
      schema: 'a',
    });
  });

  test('need a database', () => {
    expect(problemsOf({ HOLDFAST_DATABASE_PASSWORD: 'geheim' })).toEqual([
      'HOLDFAST_DATABASE_PASSWORD: expected DATABASE_URL or PGHOST to be set as well; found none',
    ]);
    expect(readConfig({ HOLDFAST_SCHEMA: 'own' })).toMatchObject({ database: null, schema: 'own' });
  });

  test.each(['pg_own', 'x'.repeat(64)])('the schema is not %s', (schema) => {
    expect(problemsIn(`schema=${schema}`)).toEqual([
      expect.stringContaining('expected schema to be the name of a schema'),
    ]);
    expect(problemsOf({ HOLDFAST_SCHEMA: schema })).toEqual([
      expect.stringMatching(/^HOLDFAST_SCHEMA: expected the name of a schema/),
    ]);
  });

  test('the schema is not written twice', () => {
    expect(problemsIn('schema=a&options=-c%20search_path%3Db')).toEqual([
      'DATABASE_URL: expected options to be without a search_path, because the schema is set; found "-c search_path=b"',
    ]);
  });

  test('the role that migrates has the same schema', () => {
    const urls = {
      DATABASE_URL: 'postgresql://u@h/db?schema=a',
      HOLDFAST_MIGRATION_URL: 'postgresql://o@h/db',
    };
    expect(readConfig(urls).migrationDatabase).toMatchObject({ user: 'o', schema: 'a' });
    expect(problemsOf({ ...urls, HOLDFAST_MIGRATION_URL: 'postgresql://o@h/db?schema=b' })).toEqual([
      'DATABASE_URL: expected HOLDFAST_MIGRATION_URL to have the same schema or none; found another one',
    ]);
  });

  test('the role that migrates needs no address of its own, and never has the password of the other', () => {
    const { migrationDatabase } = readConfig({
      DATABASE_URL: 'postgresql://u:p@h/db',
      HOLDFAST_MIGRATION_USER: 'o',
    });
    expect(migrationDatabase).toMatchObject({
      hosts: [{ host: 'h' }],
      user: 'o',
      password: { kind: 'none' },
    });
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  const file = join(folder, 'file');
  writeFileSync(file, 'x');
  const modeOf = (query: string) => inUrl(query).tls.mode;

  test.each([
    ['', 'prefer'],
    ['sslmode=require', 'require'],
    [`sslmode=require&sslrootcert=${file}`, 'verify-ca'],
    [`sslmode=verify-ca&sslrootcert=${file}`, 'verify-ca'],
    ['sslmode=verify-ca', 'verify-full'],
    ['sslmode=verify-full', 'verify-full'],
    [`sslrootcert=${file}`, 'verify-full'],
    ['sslrootcert=system', 'verify-full'],
    [`sslcert=${file}&sslkey=${file}`, 'verify-full'],
    ['sslmode=no-verify', 'require'],
    ['ssl=true', 'verify-full'],
    ['ssl=0', 'disable'],
  ])('%s is %s', (query, mode) => {
    expect(modeOf(query)).toBe(mode);
  });

  test.each([
    ['sslmode=on', 'sslmode to be disable, allow, prefer, require, verify-ca or verify-full'],
    ['ssl=maybe', 'ssl to be true or false'],
    ['sslrootcert=/nowhere', 'sslrootcert to be a file that is there and can be read'],
    ['sslmode=require&sslrootcert=system', 'sslrootcert to be a file, unless sslmode is verify-full'],
    [`sslcert=${file}`, 'sslcert to be set together with sslkey'],
    ['sslnegotiation=direct', 'sslnegotiation to be postgres, unless sslmode is require or stricter'],
    ['channel_binding=require&sslmode=disable', 'channel_binding to be prefer, because sslmode is disable'],
    ['gssencmode=require', 'gssencmode to be disable or prefer, because GSSAPI is not supported'],
    ['ssl_min_protocol_version=SSLv3', 'ssl_min_protocol_version to be TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3'],
  ])('is not right with %s', (query, expected) => {
    expect(problemsIn(query)).toEqual([expect.stringContaining(`DATABASE_URL: expected ${expected}; found`)]);
  });
});

describe('the rest of an address', () => {
  test('is understood where it means something here', () => {
    const query =
      'connect_timeout=7&keepalives_idle=30&application_name=billing&options=-c%20work_mem%3D8MB%20--jit%3Doff%20-cx.y%3Da%5C%20b';
    expect(inUrl(query)).toMatchObject({
      connectMs: 7000,
      keepAliveMs: 30_000,
      applicationName: 'billing',
      settings: { work_mem: '8MB', jit: 'off', 'x.y': 'a b' },
      ignored: [],
    });
    expect(inUrl('keepalives=0&connect_timeout=0')).toMatchObject({ keepAliveMs: null, connectMs: null });
    expect(inUrl('')).toMatchObject({
      applicationName: 'holdfast',
      keepAliveMs: 0,
      connectMs: null,
      settings: {},
    });
  });

  test('is named where it does not, without its values', () => {
    const query =
      'pgbouncer=true&connection_limit=1&pool_timeout=3&statement_cache_size=0&tcp_user_timeout=1&requirepeer=x&options=-d%205';
    expect(inUrl(query, { PGTZ: 'UTC' }).ignored).toEqual([
      ...[
        'pgbouncer',
        'connection_limit',
        'pool_timeout',
        'statement_cache_size',
        'tcp_user_timeout',
        'requirepeer',
        'PGTZ',
      ],
      'options -d',
      'options 5',
    ]);
  });

  test('is not named where it asks for what is done anyway', () => {
    expect(
      inUrl('client_encoding=UTF8&load_balance_hosts=disable&gssencmode=prefer&uselibpqcompat=true').ignored,
    ).toEqual([]);
    expect(inUrl('load_balance_hosts=random').ignored).toEqual(['load_balance_hosts']);
  });

  test.each(['connect_timeout=x', 'connect_timeout=99999', 'keepalives=2', 'options=-c%20work_mem'])(
    'is not right with %s',
    (query) => {
      expect(problemsIn(query)).toHaveLength(1);
    },
  );

  test('has all its problems told at once, and never its password', () => {
    const problems = problemsIn('sslmode=x&port=x&sslpassword=geheim&connect_timeout=x');
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('geheim');
  });
});

describe('a password that is not percent-encoded', () => {
  /** Digits, so that what follows a colon may be a port. */
  const PARTS = ['4711', '1508', '2342'];
  const MARKS = [
    '@',
    '/',
    '?',
    '#',
    '&',
    '=',
    ':',
    ',',
    '+',
    ';',
    '[',
    ']',
    ' ',
    '.',
    '/?',
    '&x=',
    '?x=',
    '@/',
  ];
  const passwords = MARKS.flatMap((one) =>
    MARKS.map((other) => `${String(PARTS[0])}${one}${String(PARTS[1])}${other}${String(PARTS[2])}`),
  );

  /** Returns the password that is read, or null if the address is refused. Neither tells a part of it. */
  function passwordIn(url: string): string | null {
    const told: unknown[] = [];
    let password: string | null = null;
    const problems = problemsOf({ DATABASE_URL: url });
    if (problems.length === 0) {
      const address = of({ DATABASE_URL: url });
      password = address.password.kind === 'text' ? address.password.text : '';
      told.push(placeOf(address), address.user, address.applicationName, ...address.ignored);
    }
    told.push(...problems);
    expect(PARTS.filter((part) => told.join().includes(part))).toEqual([]);
    if (problems.length > 0)
      expect(problems).toEqual([
        expect.stringMatching(/^DATABASE_URL: expected an address (with %40 for @|such as ).*; found "…"$/),
      ]);
    return password;
  }

  test.each([
    ['postgresql://u:', '@h/db?sslmode=disable&pgbouncer=true'],
    ['postgresql://u:', '@h1:5432,h2:5433/'],
    ['postgresql://u:', '@/db?host=/tmp'],
    ['postgresql://h:5432/db?user=u&password=', '&sslmode=disable'],
    ['postgresql://h/db?password=', ''],
  ])('in %s…%s is read as a whole, or refused without any part of it', (before, after) => {
    const read = passwords.map((password) => [password, passwordIn(`${before}${password}${after}`)]);
    const accepted = read.filter(([, found]) => found !== null);
    expect(accepted.filter(([password, found]) => password !== found)).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(read.length);
  });

  test.each([
    'postgres://u:p/ss@h/db',
    'postgres://u:12/ss@h/db',
    'postgres://u:p?ss=x@h/db',
    'postgres://u:p@ss/x@h/db',
    'postgres://h/db?password=p&ss',
    'postgres://h/db?password=p&s=s',
  ])('is to be percent-encoded in %s', (url) => {
    expect(problemsOf({ DATABASE_URL: url })).toEqual([
      'DATABASE_URL: expected an address with %40 for @, %2F for /, %3F for ? and %26 for & inside of its user, ' +
        'its password and its other values; found "…"',
    ]);
  });

  test('is not repeated where the host is forgotten', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://u:4711150823' })).toEqual([
      expect.stringMatching(/; found "…"$/),
    ]);
  });

  test.each([
    'postgresql://h/db?user=me@host',
    'postgresql://h:5432/db?user=me@host',
    'postgresql://[::1]:5432,h2/db?user=me@host',
    'postgresql://u:p@h:5432/db?user=me@host',
  ])('leaves an @ of a parameter that is known as it is: %s', (url) => {
    expect(of({ DATABASE_URL: url })).toMatchObject({ user: 'me@host' });
  });
});
