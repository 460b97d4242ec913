/** Which connections a process has, and what for. The table of docs/guides/database.md is made of this. */
import type { Role } from '../config/settings.js';

/** Sizes that are settings. */
export interface PoolSizes {
  readonly apiConnections: number;
  readonly workerConnections: number;
}

/** Settings that are null are left to the database. */
export type SizeSettings = { readonly [K in keyof PoolSizes]: PoolSizes[K] | null };

const USUAL = 10;
/** With it, one `api` and one `worker` fit into the 20 sessions that PgBouncer has by default. */
const BEHIND_POOLER = 4;

export function sizesOf({ apiConnections, workerConnections }: SizeSettings, isPooled: boolean): PoolSizes {
  const usual = isPooled ? BEHIND_POOLER : USUAL;
  return { apiConnections: apiConnections ?? usual, workerConnections: workerConnections ?? usual };
}

interface Part {
  readonly purpose: string;
  readonly roles: readonly Role[];
  /** Connections at most, or the setting that says so. */
  readonly size: number | keyof PoolSizes;
}

/** By what their connections are called in `pg_stat_activity`, behind the name of the application. */
export const PARTS = {
  api: { purpose: 'requests of callers', roles: ['all', 'api'], size: 'apiConnections' },
  worker: {
    purpose: 'claims, ends and output of tasks',
    roles: ['all', 'worker'],
    size: 'workerConnections',
  },
  heartbeat: { purpose: 'heartbeat of the worker', roles: ['all', 'worker'], size: 1 },
  // One for each, as each may take long, and does one thing at a time.
  background: { purpose: 'sweep, retention and counts', roles: ['all', 'api', 'worker'], size: 3 },
  listener: { purpose: '`LISTEN`', roles: ['all', 'api', 'worker'], size: 1 },
  probe: { purpose: 'whether the database is there', roles: ['all', 'api', 'worker'], size: 1 },
} as const satisfies Readonly<Record<string, Part>>;
export type PartName = keyof typeof PARTS;

/** Returns 0 for a part that the role does not have. */
export function sizeOf(name: PartName, role: Role, sizes: PoolSizes): number {
  const { roles, size }: Part = PARTS[name];
  if (!roles.includes(role)) return 0;
  return typeof size === 'number' ? size : sizes[size];
}

/** Returns how many connections a process has at most. */
export const connectionsOf = (role: Role, sizes: PoolSizes): number =>
  (Object.keys(PARTS) as PartName[]).reduce((sum, name) => sum + sizeOf(name, role, sizes), 0);
