// How long schedule and detail take while 500 slow and 2,000 idle clients hold their connections, and without them.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { median, quantile, range, schedule, withCluster } from './support.mjs';

const SLOW = 500;
const IDLE = 2000;
const CALLS = 300;
const PIPELINES = `
pipelines:
  p: { concurrency: 100, tasks: { t: { script: [echo hi] } } }
  loud: { tasks: { t: { script: ['head -c 8000000 /dev/zero | tr "\\\\0" x'] } } }
`;

await withCluster({ pipelines: PIPELINES }, async ({ start, client }) => {
  const { url, process: service } = await start();
  const { port } = new URL(url);
  const sockets = [];
  const open = async (bytes) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause().on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(bytes);
  };
  const openAll = async (path) => {
    const slow = [
      'GET /pipelines HTTP/1.1\r\nHost: x\r\nX-Slow: ',
      'POST /pipelines/schedule HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"pipeline":',
      `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ];
    for (let index = 0; index < SLOW; index += 1) await open(slow[index % slow.length]);
    for (let index = 0; index < IDLE; index += 1) await open('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
  };
  const timed = async (call) => {
    const times = [];
    for (let index = 0; index < CALLS; index += 1) {
      const begin = performance.now();
      await call();
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    return `p50 ${median(times).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms (${range(times)})`;
  };
  const measure = async (id) => {
    console.log(`  schedule  ${await timed(() => schedule(url, 'p'))}`);
    console.log(`  detail    ${await timed(async () => (await fetch(`${url}/job/detail?id=${id}`)).text())}`);
    const { rows } = await client.query(
      `SELECT round(extract(epoch FROM clock_timestamp() - max(heartbeat_at))::numeric, 1) AS age FROM workers`,
    );
    const [, memory] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8')) ?? [];
    console.log(`  the service has ${Math.round(memory / 1024)} MiB`);
    console.log(`  the worker's last heartbeat is ${rows[0].age} s old (every 5 s)`);
  };

  const loud = await schedule(url, 'loud');
  for (let done = false; !done;) {
    done = (await (await fetch(`${url}/job/detail?id=${loud}`)).json()).completed;
    await new Promise((next) => setTimeout(next, 100));
  }
  await schedule(url, 'p');
  console.log(`${CALLS} calls one after the other, alone`);
  await measure(loud);
  await openAll(`/job/logs?id=${loud}&task=t`);
  console.log(`with ${SLOW} slow clients and ${IDLE} idle ones`);
  await measure(loud);
  console.log(`  connected still: ${sockets.filter((socket) => !socket.destroyed).length}`);
  for (const socket of sockets) socket.destroy();
});
