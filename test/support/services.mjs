// Processes of the built service for programs outside of Jest, on one database, and what they have said.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Answers once it serves. */
export async function startService(cwd, settings) {
  const child = spawn(process.execPath, [MAIN], {
    cwd,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOLDFAST_LOG_FORMAT: 'text',
      ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((done) => child.once('exit', done));
  let said = '';
  const url = await new Promise((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        said = (said + bytes).slice(-100_000);
        const address = /API (http:\/\/[^,\s]+)/.exec(said) ?? /worker, health (http:\/\/[^/]+)/.exec(said);
        if (address !== null) done(address[1]);
      });
    }
    child.once('exit', () => fail(new Error(`the service does not start: ${said}`)));
  });
  return {
    url,
    pid: child.pid,
    alive: () => child.exitCode === null && child.signalCode === null,
    said: () => said,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
