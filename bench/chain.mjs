// A chain of 40 trivial tasks against 40 bashes started one after the other by a shell, in turn, on this machine.
import { execFileSync } from 'node:child_process';
import { median, range, schedule, withService } from './support.mjs';

const STEPS = 40;
const ROUNDS = 9;

const tasks = Array.from({ length: STEPS }, (_, index) => {
  const after = index === 0 ? '' : `, depends_on: [t${index - 1}]`;
  return `      t${index}: { script: ['true']${after} }`;
});
const pipelines = `pipelines:\n  chain:\n    tasks:\n${tasks.join('\n')}\n`;

function bashes() {
  const script = `s=$EPOCHREALTIME; for i in {1..${STEPS}}; do bash -c true; done; e=$EPOCHREALTIME; echo $(( \${e/./} - \${s/./} ))`;
  return Number(execFileSync('bash', ['-c', script], { encoding: 'utf8' })) / 1000 / STEPS;
}

await withService({ pipelines }, async ({ url, client }) => {
  const chain = async () => {
    const id = await schedule(url, 'chain');
    for (;;) {
      const { rows } = await client.query(
        `SELECT extract(epoch FROM ended_at - created_at) * 1000 AS ms FROM jobs WHERE id = $1 AND status = 'done'`,
        [id],
      );
      if (rows.length > 0) return Number(rows[0].ms) / STEPS;
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  await chain();
  const [ours, floor] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.push(bashes());
    ours.push(await chain());
  }
  const [step, bash] = [median(ours), median(floor)];
  console.log(`chain of ${STEPS}, ${ROUNDS} rounds in turn, ms per task, median (range)`);
  console.log(`  Holdfast           ${step.toFixed(2)} (${range(ours, 2)})`);
  console.log(`  bash -c true       ${bash.toFixed(2)} (${range(floor, 2)})`);
  console.log(`  beyond the bash    ${(step - bash).toFixed(2)}`);
});
