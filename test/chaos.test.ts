import { spawn } from 'node:child_process';
import { join } from 'node:path';

const RUN = join(__dirname, 'chaos', 'run.mjs');
/** Its first five decisions are an outage and a restart of Postgres, two kills, and a stop of longer than a lease. */
const SEED = '195';
/** With a standby, its first two decisions are a failover and a switch. */
const STANDBY_SEED = '9';
const SECONDS = '30';
/** With its start, the time until it is quiet, and a machine that has other things to do. */
const PATIENCE_MS = 300_000;

/** Answers the exit code and all that it printed. */
function chaos(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [RUN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  }
  return new Promise((done) => {
    child.once('close', (code) => {
      done({ code, printed });
    });
  });
}

const countIn = (printed: string, name: string) =>
  Number(new RegExp(`^ +${name} +(\\d+)$`, 'm').exec(printed)?.[1]);

describe('a crew under a monkey', () => {
  test(
    'loses nothing, repeats nothing, and says what it could not keep',
    async () => {
      const { code, printed } = await chaos('--seed', SEED, '--seconds', SECONDS);
      // What it printed is what there is to read where it fails.
      expect(printed).not.toMatch(/BROKEN|Error/);
      expect(code).toBe(0);
      for (const name of ['accepted', 'attempts', 'kills', 'stops', 'outages'])
        expect([name, countIn(printed, name) > 0]).toEqual([name, true]);
      expect(countIn(printed, 'duplicate starts')).toBe(0);
      expect(printed.match(/^ +held /gm)).toHaveLength(14);
    },
    PATIENCE_MS,
  );

  test(
    'does so too while a standby takes over every few seconds',
    async () => {
      const { code, printed } = await chaos('--standby', '--seed', STANDBY_SEED, '--seconds', SECONDS);
      expect(printed).not.toMatch(/BROKEN|Error/);
      expect(code).toBe(0);
      for (const name of ['accepted', 'attempts', 'switches', 'failovers'])
        expect([name, countIn(printed, name) > 0]).toEqual([name, true]);
      expect(countIn(printed, 'duplicate starts')).toBe(0);
      expect(printed.match(/^ +held /gm)).toHaveLength(14);
    },
    PATIENCE_MS,
  );

  test('decides the same again for the same seed, and otherwise for another', async () => {
    const [one, again, other] = await Promise.all(
      ['1', '1', '2'].map((seed) => chaos('--plan', '--seed', seed)),
    );
    expect(one?.printed).toContain('"what":"kill"');
    expect(again).toEqual(one);
    expect(other?.printed).not.toBe(one?.printed);
  });
});
