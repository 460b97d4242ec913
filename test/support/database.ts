/** A database for one test file, or one test: empty, or with this version's tables. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';

const server = (): string => {
  const url = process.env['HOLDFAST_TEST_SERVER'];
  if (url === undefined) throw new Error('test/support/global-setup.mjs has not run');
  return url;
};

const at = (database: string): string => {
  const url = new URL(server());
  url.pathname = `/${database}`;
  return url.href;
};

/** Answers its address. It goes away with the server. */
export async function emptyDatabase(): Promise<string> {
  return create('template0');
}

/** With the tables. Answers its address. */
export async function freshDatabase(): Promise<string> {
  return create('holdfast');
}

/** Nobody may be connected to it. Answers the address of the copy. */
export async function copyOf(url: string): Promise<string> {
  return create(new URL(url).pathname.slice(1));
}

/** For tests that make dozens. */
export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await withClient(at('postgres'), (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
}

async function create(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(at('postgres'), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return at(name);
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
