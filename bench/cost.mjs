// What a process costs that has nothing to do: start-up, memory, processor; by role.
import { readFileSync } from 'node:fs';
import { inTurn, tell, withCluster } from './support.mjs';

const SECONDS = Number(process.env.SECONDS ?? 30);
const TICKS = 100;

/** Seconds of processor, and MB, of the process and of what it has started. */
function used(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const rss = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(used);
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS + children.reduce((sum, { cpu }) => sum + cpu, 0),
    rss: rss + children.reduce((sum, one) => sum + one.rss, 0),
  };
}

await withCluster({ pipelines: 'pipelines: { p: { tasks: {} } }' }, async ({ start }) => {
  for (const role of ['api', 'worker', 'all']) {
    const figures = await inTurn(3, {
      'start-up, ms': async () => {
        const began = performance.now();
        const service = await start({ HOLDFAST_ROLE: role });
        const took = performance.now() - began;
        service.process.kill('SIGTERM');
        await service.exited;
        return took;
      },
    });
    tell(`${role}: start-up, ms`, figures['start-up, ms']);
    const service = await start({ HOLDFAST_ROLE: role });
    await new Promise((done) => setTimeout(done, 5000));
    const before = used(service.process.pid);
    await new Promise((done) => setTimeout(done, SECONDS * 1000));
    const after = used(service.process.pid);
    tell(`${role}: idle`, {
      'memory MB': after.rss,
      'processor %': ((after.cpu - before.cpu) / SECONDS) * 100,
    });
    service.process.kill('SIGTERM');
    await service.exited;
  }
});
