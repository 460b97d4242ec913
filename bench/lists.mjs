// GET /jobs and /pipelines/jobs by filters, and the overview, among 1,000, 100,000 and 1,000,000 jobs.
import { fill } from './fill.mjs';
import { load } from './http.mjs';
import { inTurn, tell, withCluster } from './support.mjs';

const SIZES = (process.env.SIZES ?? '1000,100000,1000000').split(',').map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS ?? 2);

const pipelines = `pipelines:\n${Array.from({ length: 50 }, (_, n) => `  p${n}: { tasks: { t: { script: ['true'] } } }`).join('\n')}\n`;
const PATHS = {
  '/jobs': '/jobs',
  'of a pipeline': '/jobs?pipeline=p7',
  'of a user that failed (none did)': '/jobs?user=user3&status=error',
  running: '/jobs?status=running',
  'by a text that is in none': '/jobs?q=nowhere',
  '/pipelines/jobs, 50': '/pipelines/jobs?limit=50',
  overview: '/pipelines/overview',
};

await withCluster({ pipelines, settings: { max_wal_size: '4GB' } }, async ({ start, client }) => {
  const { url } = await start({ HOLDFAST_ROLE: 'api' });
  let stored = 0;
  for (const size of SIZES) {
    // A page of /pipelines/jobs has all that are open, 5,000 at most: some 3,000 here.
    await fill(client, stored, size, Math.max(200, Math.floor(size / 1500)));
    stored = size;
    const deep = await pageAt(url, Math.min(size / 2, 5_000));
    const paths = { ...PATHS, 'page after many': deep };
    const ways = Object.entries(paths).map(([name, path]) => [
      name,
      () => load({ url, connections: 1, seconds: SECONDS, requests: [{ method: 'GET', path }] }),
    ]);
    const figures = await inTurn(ROUNDS, Object.fromEntries(ways));
    for (const [name, figure] of Object.entries(figures)) tell(`${size} jobs, ${name}`, figure);
  }
});

async function pageAt(url, jobs) {
  let path = '/jobs?limit=200';
  for (let seen = 0; seen < jobs; seen += 200) {
    const { nextCursor } = await (await fetch(`${url}${path}`)).json();
    if (nextCursor === undefined) return path;
    path = `/jobs?limit=200&cursor=${nextCursor}`;
  }
  return path.replace('limit=200', 'limit=50');
}
