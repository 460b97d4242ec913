import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

test('no value of two thousand random scripts runs in real bash, and none loses a byte', async () => {
  const run = join(__dirname, 'fuzz', 'values', 'run.mjs');
  const fuzz = spawn(process.execPath, [run, '--count', '2000', '--seed', '3'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(fuzz, 'close') as Promise<[number | null]>;
  const [said, [code]] = await Promise.all([text(fuzz.stdout), ended]);
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringMatching(
      /^2000 scripts .* compared byte for byte; 0 escaped, 0 lost bytes, 0 broken off$/m,
    ) as unknown,
  });
  const [, run_ = '0', compared = '0'] = /(\d+) run by bash, (\d+) compared/.exec(said) ?? [];
  // It must have come further than to refusals.
  expect(Number(run_)).toBeGreaterThan(600);
  expect(Number(compared)).toBeGreaterThan(300);
});
