/** Kills what tasks leave behind. */
import { setTimeout } from 'node:timers/promises';
import { type Owner, Search } from './search.js';
import { send } from './send.js';

/** How long to go on killing. Who is left then hangs in the kernel. */
const PATIENCE_MS = 5_000;

/** Resolves when nobody is left who can be killed; answers who would not die. */
export async function endLeftovers(owner: Owner): Promise<number[]> {
  const spared = new Set<number>();
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    // First all stand still: a child whose parent is killed before it is found may be known by nothing else.
    const found = await new Search(owner, { freezes: true }).run();
    const left = found.map(({ pid }) => pid).filter((pid) => !spared.has(pid));
    if (left.length === 0) return [...spared];
    for (const pid of left) if (!send(pid, 'SIGKILL')) spared.add(pid);
    if (performance.now() > end) return left;
    await setTimeout(1);
  }
}
