// Output: from a task to the database, and from there to a follower, to a download and to the whole answer.
import { tell, inTurn, withCluster } from './support.mjs';

const MEGABYTES = 60;
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const pipelines = `pipelines:
  much: { tasks: { t: { script: ['head -c ${MEGABYTES}000000 /dev/zero | tr "\\\\0" "x" | fold -w 99'] } } }
`;

await withCluster({ pipelines, settings: { max_wal_size: '4GB' } }, async ({ start, client }) => {
  const service = await start();
  const { url } = service;
  const schedule = async () =>
    (await (await fetch(`${url}/pipelines/schedule`, { method: 'POST', body: '{"pipeline":"much"}' })).json())
      .jobId;
  const ended = async (id) => {
    for (;;) {
      const { rows } = await client.query(
        `SELECT extract(epoch FROM ended_at - started_at)::float8 AS s FROM tasks WHERE job_id = $1 AND status = 'done'`,
        [id],
      );
      if (rows.length > 0) return rows[0].s;
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  /** Megabytes a second, and the most memory of the service meanwhile. */
  const read = async (path, headers = {}) => {
    const began = performance.now();
    const response = await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } });
    let bytes = 0;
    for await (const piece of response.body) bytes += piece.length;
    return bytes / 1e6 / ((performance.now() - began) / 1000);
  };
  const resident = async () => {
    const numbers = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(numbers)[1]) / 1e6;
  };
  tell('memory before, MB', await resident());
  let id = '';
  const figures = await inTurn(ROUNDS, {
    'to the database, MB/s': async () => {
      id = await schedule();
      return MEGABYTES / (await ended(id));
    },
    'to a follower while it is written, MB/s': async () => {
      const own = await schedule();
      return read(`/job/logs/stream?id=${own}&task=t`);
    },
    'to a follower afterwards, MB/s': () => read(`/job/logs/stream?id=${id}&task=t`),
    'as it was written, MB/s': () => read(`/job/logs/raw?id=${id}&task=t`),
    'as JSON, MB/s': () => read(`/job/logs?id=${id}&task=t`),
    'the last 8 KiB, ms': async () => {
      const began = performance.now();
      await read(`/job/logs/raw?id=${id}&task=t`, { range: 'bytes=-8192' });
      return performance.now() - began;
    },
  });
  for (const [name, figure] of Object.entries(figures)) tell(name, figure);
  tell('memory after, MB', await resident());
});
