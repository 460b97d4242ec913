import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { dropDatabase, emptyDatabase } from './support/database.js';
import { ended } from './support/holdfast.js';
import { appliedIn, ledgerOf, migrateProcess, shapeIn } from './support/migrations.js';
import { Probe } from './support/probe.js';

/** Dozens of processes, one for each statement of each migration. */
const EVERY_STATEMENT_MS = 600_000;
const AT_ONCE = 3;

type Shape = Readonly<Record<string, string>>;

/** What the tables look like after none, one, two … of the migrations. */
const shapes: Shape[] = [];
let names: string[] = [];
let statements = 0;

beforeAll(async () => {
  const migrations = await readMigrations();
  names = migrations.map(({ name }) => name);
  const url = await emptyDatabase();
  for (let count = 0; count <= migrations.length; count += 1) {
    await migrate(url, { migrations: migrations.slice(0, count) });
    shapes.push(await shapeIn(url));
  }
  const counted = await emptyDatabase();
  const probe = await Probe.install(counted, 0);
  await migrate(counted);
  statements = await probe.count();
  await probe.remove();
  expect(await shapeIn(counted)).toEqual(shapes.at(-1));
});

async function atEveryStatement(run: (statement: number) => Promise<void>): Promise<void> {
  const left = Array.from({ length: statements }, (_, at) => at + 1);
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const statement = next;
      await run(statement).catch((error: unknown) => {
        throw new Error(`at statement ${statement} of ${statements}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** There is what the migrations in the ledger make, and nothing else. */
async function expectWhole(url: string): Promise<string[]> {
  const applied = await appliedIn(url);
  expect(applied).toEqual(names.slice(0, applied.length));
  expect(await shapeIn(url)).toEqual(shapes[applied.length]);
  expect(await ledgerOf(url)).toHaveLength(applied.length);
  return applied;
}

describe('at every statement of every migration', () => {
  test('are all statements of the files, and what is between them', async () => {
    const files = (await readMigrations()).flatMap(({ sql }) =>
      sql.split(';').filter((piece) => piece.replace(/--.*$/gm, '').trim() !== ''),
    );
    // The table of the ledger, and for each file an UPDATE and an INSERT there, and the COMMIT.
    expect(statements).toBe(files.length + 1 + 3 * names.length);
  });

  test(
    'kill -9 leaves the database as it was before the file, and the next start goes on from there',
    async () => {
      await atEveryStatement(async (statement) => {
        const url = await emptyDatabase();
        const probe = await Probe.install(url, statement);
        const running = migrateProcess({ DATABASE_URL: url });
        await probe.stopped();
        const before = await appliedIn(url);
        running.kill('SIGKILL');
        await running.exited;
        // The lock that it waits for is still held.
        await probe.gone();
        await probe.remove();
        expect(await expectWhole(url)).toEqual(before);
        expect(await migrate(url)).toEqual(names.slice(before.length));
        expect(await expectWhole(url)).toEqual(names);
        await dropDatabase(url);
      });
    },
    EVERY_STATEMENT_MS,
  );

  test(
    'a session that Postgres ends is rolled back, and the process tries again',
    async () => {
      await atEveryStatement(async (statement) => {
        const url = await emptyDatabase();
        const probe = await Probe.install(url, statement);
        const running = migrateProcess({ DATABASE_URL: url });
        await probe.terminate(await probe.stopped());
        const { code, stdout, stderr } = await ended(running);
        expect([code, stdout]).toEqual([0, `holdfast: applied ${names.join(', ')}\n`]);
        expect(stderr).toMatch(/^holdfast: waiting for the database: terminating connection .*\n$/);
        await probe.remove();
        expect(await expectWhole(url)).toEqual(names);
        expect(await migrate(url)).toEqual([]);
        await dropDatabase(url);
      });
    },
    EVERY_STATEMENT_MS,
  );
});
