// npm run test:fuzz:values -- --count N --seed N: random scripts with hostile values, run by real bash.
// A canary that sings, or a byte of a transparent script that does not arrive, is a failure.
import { Buffer } from 'node:buffer';
import { parseArgs } from 'node:util';
import { randomOf } from '../../chaos/random.mjs';
import { Bash } from './bash.mjs';
import { HOSTILE, KEY, PLAIN } from './hostile.mjs';
import { rendererOf } from './renderer.mjs';
import { Scripts } from './scripts.mjs';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    /** Another build of `template/render.js`, to compare with. */
    renderer: {
      type: 'string',
      default: new URL('../../../dist/template/render.js', import.meta.url).pathname,
    },
    shown: { type: 'string', default: '10' },
  },
});
const [count, seed, shown] = [Number(options.count), options.seed, Number(options.shown)];
const BATCH = 250;
/** Shells side by side; while they run, the next scripts are rendered. */
const SHELLS = 3;

const render = await rendererOf(options.renderer);
const random = randomOf(seed);
const counts = { scripts: 0, refused: 0, run: 0, transparent: 0, escaped: 0, lost: 0, broken: 0 };
const reasons = new Map();
const failures = [];

const TWINS = { v: 'TwinOfV', w: 'TwinOfW' };

function make(bash) {
  const transparent = random.chance(0.3);
  const entries = new Scripts(random, { transparent }).task();
  const hostile = () => (random.chance(transparent ? 0.9 : 0.75) ? random.pick(HOSTILE) : random.pick(PLAIN));
  const written = { v: hostile(), w: hostile() };
  // Without a value there is nothing to see.
  if (transparent) for (const name of ['v', 'w']) written[name] = written[name].replace(/\n+$/, '') || 'x';
  const variables = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, value.replaceAll(KEY, bash.canary)]),
  );
  return { transparent, entries, variables };
}

function note(reason) {
  const kind = reason
    .replace(/^template: interpolate:\S+ executing "interpolate" at <[^>]*>: /, '')
    .replace(/(?:entry \d+, )?line \d+/, 'line');
  reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
}

async function batch(bash, size) {
  const tasks = [];
  for (let i = 0; i < size; i++) {
    counts.scripts += 1;
    const made = make(bash);
    const rendered = render(made.entries, made.variables);
    if (rendered.problem !== null) {
      counts.refused += 1;
      note(rendered.problem);
      continue;
    }
    counts.run += 1;
    tasks.push({ made, isTwin: false, ...rendered });
    if (!made.transparent) continue;
    const twin = render(made.entries, TWINS);
    if (twin.problem !== null) continue;
    counts.transparent += 1;
    tasks.push({ made, isTwin: true, ...twin });
  }
  const results = await bash.run(tasks);
  results.forEach((result, i) => {
    const { made, isTwin } = tasks[i];
    if (result === null) {
      if (results[i - 1] !== null) failures.push({ kind: 'broken off', ...made });
      counts.broken += 1;
      return;
    }
    if (result.sang) {
      counts.escaped += 1;
      failures.push({ kind: 'escaped', ...made, rendered: tasks[i].entries });
    }
    if (!isTwin) return;
    const other = results[i - 1];
    const expected = bytes(result.out, made.variables);
    if (other !== null && other.out !== expected) {
      counts.lost += 1;
      failures.push({ kind: 'lost', ...made, rendered: tasks[i - 1].entries, out: other.out, expected });
    }
  });
}

/** What is printed with the values where the twins stand. */
function bytes(out, variables) {
  return out.replace(/TwinOf[VW]/g, (twin) => {
    const value = twin === TWINS.v ? variables.v : variables.w;
    return Buffer.from(value).toString('latin1');
  });
}

const started = performance.now();
async function shell() {
  const bash = new Bash();
  while (counts.scripts < count) {
    await batch(bash, Math.min(BATCH, count - counts.scripts));
    if (process.stderr.isTTY) process.stderr.write(`\r${JSON.stringify(counts)}`);
  }
  bash.close();
}

await Promise.all(Array.from({ length: SHELLS }, shell));

for (const failure of failures.slice(0, shown)) console.log(JSON.stringify(failure, null, 1));
console.log(
  [...reasons]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 25)
    .map(([reason, times]) => `${String(times).padStart(7)} ${reason}`)
    .join('\n'),
);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${counts.scripts} scripts of seed ${seed} in ${seconds} s: ${counts.refused} refused, ${counts.run} run by bash, ` +
    `${counts.transparent} compared byte for byte; ${counts.escaped} escaped, ${counts.lost} lost bytes, ${counts.broken} broken off`,
);
process.exitCode = counts.escaped + counts.lost + counts.broken > 0 ? 1 : 0;
