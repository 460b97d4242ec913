/** How full the pools of this process are, looked at when somebody asks. */
import { poolConnections, poolSize, poolWaiting } from './metrics.js';

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

const pools = new Map<string, Pool>();

export function watchPool(name: string, pool: Pool): void {
  pools.set(name, pool);
}

export function readPools(): void {
  for (const [pool, { totalCount, idleCount, waitingCount, options }] of pools) {
    poolSize.set({ pool }, options.max);
    poolConnections.set({ pool, state: 'busy' }, totalCount - idleCount);
    poolConnections.set({ pool, state: 'idle' }, idleCount);
    poolWaiting.set({ pool }, waitingCount);
  }
}
