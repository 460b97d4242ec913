import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient } from '../src/database/connect/client.js';
import { Target } from '../src/database/connect/target.js';
import { Authority, type Certificate, contentOf, hasOpenssl } from './support/certificates.js';
import { testWith } from './support/gateway.js';
import { withClient } from './support/database.js';
import { TestPostgres } from './support/postgres.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const tlsTest = (name: string, run: () => Promise<void>) => {
  testWith('openssl', hasOpenssl, name, run);
};

let ours: Authority;
let others: Authority;
let client: Certificate;
let plain: TestPostgres;
let secure: TestPostgres;

/** Roles: what pg_hba.conf asks of each. */
const ACCESS = `
hostssl   all only_tls       all          scram-sha-256
hostnossl all only_tls       all          reject
hostnossl all only_plain     all          scram-sha-256
hostssl   all only_plain     all          reject
hostssl   all by_certificate all          cert
hostssl   all by_md5         all          md5
hostssl   all trusted        all          trust
host      all all            127.0.0.1/32 scram-sha-256
`;

beforeAll(async () => {
  if (!hasOpenssl) return;
  [ours, others] = [new Authority('ours'), new Authority('others')];
  client = ours.sign('by_certificate');
  const server = ours.sign('localhost', 'DNS:localhost', 'DNS:db.test');
  plain = await TestPostgres.open();
  secure = await TestPostgres.open();
  const files = {
    ssl_cert_file: secure.writeFile('server.crt', contentOf(server.certificate)),
    ssl_key_file: secure.writeFile('server.key', contentOf(server.key)),
    ssl_ca_file: secure.writeFile('ca.crt', contentOf(ours.certificate)),
    hba_file: secure.writeFile('pg_hba.conf', ACCESS),
  };
  const settings = Object.entries({ ssl: 'on', ...files });
  await withClient(secure.url, async (client) => {
    for (const role of ['only_tls', 'only_plain', 'by_certificate', 'trusted'])
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await client.query(`SET password_encryption = 'md5'; CREATE ROLE by_md5 LOGIN PASSWORD 'x'`);
    for (const [name, value] of settings) await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  });
  await secure.stop('fast');
  await secure.start();
});

afterAll(async () => {
  if (!hasOpenssl) return;
  await plain.close();
  await secure.close();
});

interface Asked {
  readonly postgres?: TestPostgres;
  readonly host?: string;
  readonly role?: string;
}

function addressOf(query: string, { postgres = secure, host = 'localhost', role }: Asked = {}): string {
  const url = new URL(postgres.url);
  url.hostname = host;
  if (role !== undefined) [url.username, url.password] = [role, 'x'];
  return `${url.href}?${query}`;
}

/** Connects, and says whether the connection is encrypted and by whose certificate the client has come. */
async function connectedBy(
  query: string,
  asked: Asked = {},
): Promise<{ ssl: boolean; client: string | null }> {
  const target = Target.of(addressOf(query, asked));
  const client = await openClient({ target, name: 'test', connectMs: 10_000 });
  try {
    const text = 'SELECT ssl, client_dn AS client FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    const { rows } = await client.query<{ ssl: boolean; client: string | null }>(text);
    return rows[0] as { ssl: boolean; client: string | null };
  } finally {
    await client.end();
  }
}

const isEncrypted = async (query: string, asked?: Asked) => (await connectedBy(query, asked)).ssl;

describe('sslmode', () => {
  tlsTest('encrypts where the server can, unless it says otherwise', async () => {
    const modes = ['', 'sslmode=disable', 'sslmode=allow', 'sslmode=prefer', 'sslmode=require'];
    expect(await Promise.all(modes.map((mode) => isEncrypted(mode)))).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
    const without = modes.slice(0, 4).map((mode) => isEncrypted(mode, { postgres: plain }));
    expect(await Promise.all(without)).toEqual([false, false, false, false]);
    await expect(isEncrypted('sslmode=require', { postgres: plain })).rejects.toThrow('does not support SSL');
  });

  tlsTest('allow and prefer do as the server’s pg_hba.conf wants it', async () => {
    for (const mode of ['sslmode=allow', 'sslmode=prefer', '']) {
      expect(await isEncrypted(mode, { role: 'only_tls' })).toBe(true);
      expect(await isEncrypted(mode, { role: 'only_plain' })).toBe(false);
    }
    await expect(isEncrypted('sslmode=require', { role: 'only_plain' })).rejects.toThrow(
      'pg_hba.conf rejects',
    );
    await expect(isEncrypted('sslmode=disable', { role: 'only_tls' })).rejects.toThrow('pg_hba.conf rejects');
  });

  tlsTest('require verifies nothing, unless there is a root certificate', async () => {
    expect(await isEncrypted('sslmode=require', { host: '127.0.0.1' })).toBe(true);
    expect(await isEncrypted(`sslmode=require&sslrootcert=${ours.certificate}`, { host: '127.0.0.1' })).toBe(
      true,
    );
    await expect(isEncrypted(`sslmode=require&sslrootcert=${others.certificate}`)).rejects.toThrow(
      /certificate/,
    );
  });

  tlsTest('verify-ca verifies who has signed, verify-full the name as well', async () => {
    const [right, wrong] = [`sslrootcert=${ours.certificate}`, `sslrootcert=${others.certificate}`];
    expect(await isEncrypted(`sslmode=verify-ca&${right}`, { host: '127.0.0.1' })).toBe(true);
    await expect(isEncrypted(`sslmode=verify-ca&${wrong}`)).rejects.toThrow(/certificate/);
    expect(await isEncrypted(`sslmode=verify-full&${right}`)).toBe(true);
    await expect(isEncrypted(`sslmode=verify-full&${wrong}`)).rejects.toThrow(/certificate/);
    await expect(isEncrypted(`sslmode=verify-full&${right}`, { host: '127.0.0.1' })).rejects.toThrow(
      /does not match/,
    );
    // Its own authorities do not know ours.
    for (const mode of ['verify-ca', 'verify-full', 'verify-full&sslrootcert=system'])
      await expect(isEncrypted(`sslmode=${mode}`)).rejects.toThrow(/certificate/);
  });

  tlsTest('verify-full verifies the host that is named, not the address that is connected to', async () => {
    const query = `sslmode=verify-full&sslrootcert=${ours.certificate}&hostaddr=127.0.0.1`;
    expect(await isEncrypted(query, { host: 'db.test' })).toBe(true);
    await expect(isEncrypted(query, { host: 'other.test' })).rejects.toThrow(/does not match/);
  });

  tlsTest('direct negotiation begins with TLS', async () => {
    expect(await isEncrypted('sslmode=require&sslnegotiation=direct')).toBe(true);
  });
});

tlsTest('sslmode=require adds no warning, and no plain line, to a log in JSON', async () => {
  const env = { DATABASE_URL: addressOf('sslmode=require'), HOLDFAST_LOG_FORMAT: 'json' };
  const service = new TestService({ ...env, HOLDFAST_PATH: pipelinesFolder('pipelines: {}') });
  await until('it is there', () => /"msg":"Holdfast [^"]*API http/.test(service.output));
  expect(await service.stop()).toBe(0);
  const lines = service.output.trim().split('\n');
  expect(
    lines.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => /ssl/i.test(msg)),
  ).toEqual([]);
});

describe('a client certificate', () => {
  const query = () => `sslmode=require&sslcert=${client.certificate}&sslkey=${client.key}`;

  tlsTest('is who connects', async () => {
    expect(await connectedBy(query(), { role: 'by_certificate' })).toEqual({
      ssl: true,
      client: '/CN=by_certificate',
    });
    await expect(connectedBy('sslmode=require', { role: 'by_certificate' })).rejects.toThrow(/certificate/);
  });

  tlsTest('is read anew for each connection, and missing files are told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
    const [certificate, key] = [join(folder, 'crt'), join(folder, 'key')];
    for (const file of [certificate, key]) writeFileSync(file, 'nonsense');
    const target = Target.of(
      addressOf(`sslmode=require&sslcert=${certificate}&sslkey=${key}`, { role: 'by_certificate' }),
    );
    const connect = () => openClient({ target, name: 'test', connectMs: 10_000 });
    await expect(connect()).rejects.toThrow();
    writeFileSync(certificate, contentOf(client.certificate));
    writeFileSync(key, contentOf(client.key));
    await (await connect()).end();
  });
});

describe('channel_binding', () => {
  const required = 'sslmode=require&channel_binding=require';

  tlsTest('is used where it is asked for', async () => {
    for (const query of [required, 'sslmode=require&channel_binding=prefer'])
      expect(await isEncrypted(query, { role: 'only_tls' })).toBe(true);
    expect(await isEncrypted('channel_binding=prefer', { postgres: plain })).toBe(false);
  });

  tlsTest('that is required refuses servers that prove less', async () => {
    for (const [query, asked] of [
      [required, { role: 'by_md5' }],
      [required, { role: 'trusted' }],
      ['sslmode=prefer&channel_binding=require', { postgres: plain }],
    ] as const)
      await expect(isEncrypted(query, asked)).rejects.toThrow('does not prove itself by channel binding');
  });
});

tlsTest('a service runs jobs over TLS, and warns of nothing', async () => {
  const service = new TestService({
    DATABASE_URL: addressOf(`sslmode=require&sslrootcert=${ours.certificate}&channel_binding=require`),
    HOLDFAST_PATH: pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }'),
  });
  const id = await service.schedule('p');
  expect(taskStates(await service.completed(id))).toEqual({ t: 'done' });
  const text =
    'SELECT DISTINCT ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name ~ $1';
  const { rows } = await withClient(secure.url, (client) => client.query(text, ['^holdfast']));
  expect(rows).toEqual([{ ssl: true }]);
  expect(await service.stop()).toBe(0);
  expect(service.output).not.toMatch(/warn/i);
});
