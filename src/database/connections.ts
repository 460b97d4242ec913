/** The connections of a process by what they are for, so that none of its parts waits behind another. */
import type { Role } from '../config/settings.js';
import { Availability } from './availability.js';
import type { Target } from './connect/target.js';
import { Database } from './database.js';
import type { Listener } from './listener.js';
import { API, BACKGROUND, heartbeatLimits, WORKER } from './limits.js';
import { PARTS, type PartName, type PoolSizes } from './parts.js';
import { type Guard, openPool, type Queryable, unguarded } from './pool.js';
import { Room } from './room.js';

export interface WorkerConnections {
  readonly database: Database;
  /** For the heartbeat alone. */
  readonly heartbeat: Queryable;
}

export interface Connections {
  readonly availability: Availability;
  readonly room: Room;
  /** Sweep, retention and counts. */
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
  readonly listener: Listener;
}

export async function openConnections(
  target: Target,
  { role, beatMs, listener, apiConnections, workerConnections }: ConnectionsOptions,
): Promise<Connections> {
  // Any failed statement may be the first sign; on a worker nothing else asks.
  const noticing =
    (guard: Guard): Guard =>
    async (work) => {
      try {
        return await guard(work);
      } catch (error) {
        availability.suspect(error);
        room.notice(error);
        throw error;
      }
    };
  const guard = noticing((work) => availability.guard(work));
  const patient = noticing(unguarded);
  const background = new Database(target, {
    ...BACKGROUND,
    name: 'background',
    size: PARTS.background.size,
    guard: patient,
  });
  const api =
    role === 'worker' ? null : new Database(target, { ...API, name: 'api', size: apiConnections, guard });
  const work =
    role === 'api'
      ? null
      : new Database(target, {
          ...WORKER,
          name: 'worker',
          size: workerConnections,
          keepsPlans: true,
          guard: patient,
        });
  const heartbeat =
    work === null
      ? null
      : openPool(target, {
          ...heartbeatLimits(beatMs),
          name: 'heartbeat',
          size: PARTS.heartbeat.size,
          guard: patient,
        });

  const availability: Availability = new Availability(target, {
    onAway: () => {
      api?.pool.drop();
    },
    // Not while it is away: what is only slow may still come through, and nobody can do anything meanwhile.
    onMoved: (openedBefore) => {
      for (const one of [background, api, work]) one?.pool.drop(openedBefore);
      listener.renew(openedBefore);
    },
  });
  const room = new Room(background.pool);
  await availability.open();

  const worker = heartbeat === null || work === null ? null : { database: work, heartbeat };
  const pools = { api: api?.pool, worker: work?.pool, heartbeat, background: background.pool };
  const findShort = async () => {
    const found = Object.entries(pools).map(async ([name, pool]) =>
      (await pool?.isShort()) === true ? (name as PartName) : null,
    );
    return (await Promise.all(found)).filter((name) => name !== null);
  };
  const close = async () => {
    room.close();
    await Promise.all([
      availability.close(),
      ...[background, api, work, heartbeat].map((one) => one?.close()),
    ]);
  };
  return { availability, room, background, api, worker, findShort, close };
}
