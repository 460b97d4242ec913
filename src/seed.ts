/** `npm run seed`: loads the example job of the API page, so that the page's own `curl` line answers it. */
import { fileURLToPath } from 'node:url';
import { readConfig, readEnvironment } from './config/config.js';
import type { Config } from './config/settings.js';
import { Database } from './database/database.js';
import { ensureMigrated } from './database/migrations/migrations.js';
import { findDatabase } from './database/open.js';
import { describeFailure } from './failure.js';

const ID = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
const TIME = '2025-05-04T09:42:00Z';

/**
 * The page shows every field with a value of its own, which no task can have all at once: its task waits, has failed
 * and was skipped. Here it has failed; the job was canceled after that.
 */
export async function seed(database: Database): Promise<void> {
  const definition = { id: '0'.repeat(64), body: { name: 'my_pipeline', concurrency: 1, tasks: [] } };
  const over = { startedAt: TIME, endedAt: TIME };
  await database.prisma.$transaction([
    database.prisma.job.deleteMany({ where: { id: ID } }),
    database.prisma.definition.upsert({ where: { id: definition.id }, create: definition, update: {} }),
    database.prisma.job.create({
      data: {
        id: ID,
        pipeline: 'my_pipeline',
        definitionId: definition.id,
        status: 'canceled',
        user: 'j.doe',
        variables: { tags: ['foo', 'bar'] },
        createdAt: TIME,
        cancelRequestedAt: TIME,
        ...over,
        tasks: {
          create: {
            name: 'task_name',
            dependsOn: ['string'],
            status: 'error',
            attempt: 1,
            worker: 'seed',
            exitCode: 42,
            error: 'string',
            ...over,
          },
        },
      },
    }),
  ]);
}

/** The port is the one of the settings at hand; which one a service that runs already was given is not to be known. */
export function howToAsk({ port, basePath, authentication }: Asked): string {
  const token = authentication.by === 'secret' || authentication.by === 'keys';
  return [
    `curl -X GET${token ? ' -H "Authorization: Bearer $TOKEN"' : ''}`,
    `'http://localhost:${port === 0 ? 'PORT' : port}${basePath ?? ''}/job/detail?id=${ID}'`,
  ].join(' ');
}

type Asked = Pick<Config, 'port' | 'basePath' | 'authentication'>;

async function main(args: readonly string[]): Promise<void> {
  if (args.length > 0) {
    console.log(
      'Usage: npm run seed\n\nLoads the example job of the API page into the database of the settings at hand.',
    );
    return;
  }
  const config = readConfig(readEnvironment());
  const { signal } = new AbortController();
  const found = await findDatabase(config, signal);
  const { target, cluster } = found;
  try {
    await ensureMigrated(found, { apply: config.migrate, signal });
    const database = new Database(target, { name: 'seed', size: 1 });
    await seed(database);
    await database.close();
    console.log(
      `The example job is there; with the port that your service has, ask for it:\n  ${howToAsk(config)}`,
    );
  } finally {
    await cluster?.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).then(
    () => process.exit(0),
    (error: unknown) => {
      for (const line of describeFailure(error)) console.error(`holdfast: ${line}`);
      process.exit(1);
    },
  );
}
