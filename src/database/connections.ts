/** The connections of a process by what they are for, so that none of its parts waits behind another. */
import type { Role } from '../config/settings.js';
import { Availability } from './availability.js';
import type { Target } from './connect/target.js';
import { Database } from './database.js';
import { inBackground } from '../telemetry/guarded.js';
import { API, BACKGROUND, heartbeatLimits, WORKER } from './limits.js';
import { PARTS, type PartName, type PoolSizes } from './parts.js';
import { type Guard, openPool, type Queryable } from './pool.js';

export interface WorkerConnections {
  readonly database: Database;
  /** For the heartbeat alone. */
  readonly heartbeat: Queryable;
}

export interface Connections {
  readonly availability: Availability;
  /** Sweep and retention. */
  readonly background: Database;
  /** null: this role has none. */
  readonly api: Database | null;
  readonly worker: WorkerConnections | null;
  /** Names the parts that have no connection, because the server takes no more. */
  findShort(): Promise<readonly PartName[]>;
  close(): Promise<void>;
}

export interface ConnectionsOptions extends PoolSizes {
  readonly role: Role;
  /** Milliseconds between two heartbeats. */
  readonly beatMs: number;
}

export async function openConnections(
  target: Target,
  { role, beatMs, apiConnections, workerConnections }: ConnectionsOptions,
): Promise<Connections> {
  const background = new Database(target, { ...BACKGROUND, name: 'background', size: PARTS.background.size });
  const guard: Guard = (work) => availability.guard(work);
  const api =
    role === 'worker' ? null : new Database(target, { ...API, name: 'api', size: apiConnections, guard });
  const work =
    role === 'api'
      ? null
      : new Database(target, { ...WORKER, name: 'worker', size: workerConnections, keepsPlans: true });
  const heartbeat =
    work === null
      ? null
      : openPool(target, { ...heartbeatLimits(beatMs), name: 'heartbeat', size: PARTS.heartbeat.size });

  const availability: Availability = new Availability(target, {
    onAway: () => {
      api?.pool.drop();
    },
    // Not before: what is only slow may still come through, and nobody can do anything meanwhile.
    onBack: (since) => {
      background.pool.drop(since);
      work?.pool.drop(since);
    },
  });
  await availability.open();

  const worker =
    heartbeat === null || work === null ? null : { database: work, heartbeat: told(heartbeat, availability) };
  const pools = { api: api?.pool, worker: work?.pool, heartbeat, background: background.pool };
  const findShort = async () => {
    const found = Object.entries(pools).map(async ([name, pool]) =>
      (await pool?.isShort()) === true ? (name as PartName) : null,
    );
    return (await Promise.all(found)).filter((name) => name !== null);
  };
  const close = async () => {
    await Promise.all([
      availability.close(),
      ...[background, api, work, heartbeat].map((one) => one?.close()),
    ]);
  };
  return { availability, background, api, worker, findShort, close };
}

/** Where nobody asks, it is the heartbeat that notices. */
function told(heartbeat: Queryable, availability: Availability): Queryable {
  return {
    query: async (config) => {
      try {
        return await heartbeat.query(config);
      } catch (error) {
        inBackground('database', () => availability.check());
        throw error;
      }
    },
  };
}
