// Requests of so many connections, and pgbench, its measure: the same statement without a service.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { quantile } from './support.mjs';

/** `requests` by turns, each made when it is sent: to make all of them first for each connection would be measured too. */
export async function load({ url, connections, seconds, requests, headers = {} }) {
  let turn = 0;
  const times = [];
  const next = (request) => Object.assign(request, requests[turn++ % requests.length]);
  const told = await autocannon({
    url,
    connections,
    duration: seconds,
    headers,
    requests: [{ setupRequest: next }],
    // Its own figures are whole milliseconds.
    setupClient: (client) => client.on('response', (_status, _bytes, ms) => times.push(ms)),
  });
  if (told.non2xx + told.errors > 0) throw new Error(`${told.non2xx} refused, ${told.errors} failed: ${url}`);
  times.sort((one, other) => one - other);
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((part) => quantile(times, part));
  return { rate: told.requests.average, p50, p99, p999 };
}

/** Transactions a second. `script` is in pgbench's words. */
export function pgbench({ url, connections, seconds, script, file }) {
  writeFileSync(file, script);
  const args = [
    '-n',
    '-M',
    'prepared',
    '-c',
    connections,
    '-j',
    Math.min(2, connections),
    '-T',
    seconds,
    '-f',
    file,
    url,
  ];
  const text = execFileSync('pgbench', args.map(String), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/tps = ([\d.]+)/.exec(text)[1]);
}

/** A statement on one line; pgbench would take a colon before a letter for a variable. */
export const forPgbench = (text) => text.replaceAll('HH24:MI:SS', 'HH24":"MI":"SS').replace(/\s+/g, ' ');
