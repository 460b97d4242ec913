import { Database } from '../src/database/database.js';
import { Prisma } from '../src/database/generated/client.js';
import { readLowerCase } from '../src/jobs/list/lower-case.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';

const HOLDFAST_PATH = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');
/** Those that are looked for, the best first. */
const COLLATIONS = ['pg_c_utf8', 'und-x-icu', 'C.utf8', 'C.UTF-8', 'en_US.utf8'];

/** A database without these collations, as on a server that was built without what they need. */
async function databaseWithout(collations: readonly string[]): Promise<string> {
  const url = await freshDatabase();
  await withClient(url, (client) =>
    client.query('DELETE FROM pg_collation WHERE collname = ANY($1)', [collations]),
  );
  return url;
}

async function collationUsed(url: string): Promise<string | undefined> {
  const database = new Database(url, { name: 'test', size: 1 });
  const { sql } = (await readLowerCase(database.pool))(Prisma.sql`'x'`);
  await database.close();
  return /COLLATE pg_catalog\."(.*)"/.exec(sql)?.[1];
}

/** Whether a job is found that was scheduled with `variable`. */
async function finds(url: string, variable: string, text: string): Promise<boolean> {
  const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
  const id = await service.schedule('p', { variable });
  const { status, body } = await service.get<{ jobs: { id: string }[] }>(
    `/jobs?q=${encodeURIComponent(text)}`,
  );
  expect(status).toBe(200);
  expect(await service.stop()).toBe(0);
  return body.jobs.some((job) => job.id === id);
}

describe('search for a text in any case', () => {
  test.each([
    ['Postgres 17', [], 'pg_c_utf8'],
    ['Postgres 15 with ICU', ['pg_c_utf8'], 'und-x-icu'],
    ['one without ICU', ['pg_c_utf8', 'und-x-icu'], 'C.utf8'],
  ])('uses what there is: %s', async (_which, missing, used) => {
    const url = await databaseWithout(missing);
    expect(await collationUsed(url)).toBe(used);
    expect(await finds(url, 'GRÖßE Жук', 'größe жУК')).toBe(true);
  });

  test('passes over a collation that the server cannot use', async () => {
    const url = await databaseWithout(['pg_c_utf8']);
    await withClient(url, (client) =>
      client.query(`UPDATE pg_collation SET colllocale = 'no such locale' WHERE collname = 'und-x-icu'`),
    );
    expect(await collationUsed(url)).toBe('C.utf8');
  });

  test('finds letters of ASCII in any case, and others as they are, where there is nothing else', async () => {
    const url = await databaseWithout(COLLATIONS);
    expect(await collationUsed(url)).toBeUndefined();
    expect(await finds(url, 'Größe', 'GRöße')).toBe(true);
  });
});
