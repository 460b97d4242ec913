// Committed schedules a second, by 1 and 32 clients, of one pipeline and of 50, against one bare INSERT by pgbench.
import { join } from 'node:path';
import { load, pgbench } from './http.mjs';
import { inTurn, tell, withCluster } from './support.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS ?? 3);
const pipelines = `pipelines:\n${Array.from({ length: 50 }, (_, n) => `  p${n}: { tasks: { t: { script: ['true'] } } }`).join('\n')}\n`;
const SCRIPT = `INSERT INTO bare (id, pipeline, variables) VALUES (gen_random_uuid(), 'p', '{"tags": ["foo"]}');\n`;

await withCluster({ pipelines }, async ({ start, client, databaseUrl, folder }) => {
  // No worker: what is scheduled waits, or runs without ever being claimed.
  const { url } = await start({ HOLDFAST_ROLE: 'api' });
  await client.query('CREATE TABLE bare (id uuid PRIMARY KEY, pipeline text NOT NULL, variables json)');
  const post = (pipeline) => ({
    method: 'POST',
    path: '/pipelines/schedule',
    body: JSON.stringify({ pipeline, variables: { tags: ['foo'] } }),
  });
  for (const connections of [1, 32]) {
    const by = { connections, seconds: SECONDS };
    const figures = await inTurn(ROUNDS, {
      'one pipeline': () => load({ ...by, url, requests: [post('p0')] }),
      '50 pipelines': () =>
        load({ ...by, url, requests: Array.from({ length: 50 }, (_, n) => post(`p${n}`)) }),
      insert: () => pgbench({ ...by, url: databaseUrl, script: SCRIPT, file: join(folder, 'insert.sql') }),
    });
    for (const [name, figure] of Object.entries(figures))
      tell(`schedule, ${connections} clients, ${name}`, figure);
    for (const name of ['one pipeline', '50 pipelines'])
      tell(
        `schedule, ${connections} clients, ${name} to insert`,
        figures[name].rate.median / figures.insert.median,
      );
  }
});
