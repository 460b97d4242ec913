import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freshDatabase } from './support/database.js';

test('every answer to a thousand odd requests is as documented, with tokens and without, and none is a 5xx', async () => {
  const args = [join(__dirname, 'fuzz', 'run.mjs'), '--requests', '1500', '--seed', '4'];
  const fuzz = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], DATABASE_URL: await freshDatabase() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(fuzz, 'close') as Promise<[number | null]>;
  const [said, [code]] = await Promise.all([text(fuzz.stdout), ended]);
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringMatching(/^1500 requests.* 0 answered/m) as unknown,
  });
  // It must have come further than to refusals, and to all of these.
  for (const answer of [
    'open +GET /job/detail +200',
    'GET /job/audit +200',
    'GET /job/logs +200',
    'POST /job/cancel +200',
    'open +POST /pipelines/schedule +202',
    'guarded +POST /pipelines/schedule +202',
    'guarded .* 401',
    'guarded .* 403',
    'guarded .* 429',
  ])
    expect(said).toMatch(new RegExp(answer));
});
