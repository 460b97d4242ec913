// Does to the crew what the plan says, a few things at once, and at last brings everything back.
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the machine is slow, starts are, and the crew must get round to its work all the same. */
const AT_ONCE = 2;

export function startMonkey({ crew, actions, leaseMs, log }) {
  const counts = {
    kills: 0,
    stops: 0,
    'rolling restarts': 0,
    'Postgres restarts': 0,
    outages: 0,
    switches: 0,
    failovers: 0,
  };
  /** What is being done, by whom it is done to. */
  const underWay = new Map();
  let stopped = false;

  const acts = {
    async kill(place, { away }) {
      counts.kills += 1;
      await place.get().kill();
      await sleep(away * leaseMs);
      await place.get().start();
    },
    async still(place, { away }) {
      counts.stops += 1;
      await place.get().standStill(away * leaseMs);
    },
    async replace(place) {
      counts['rolling restarts'] += 1;
      const old = place.get();
      // Two of one name, or of one address, must not live at the same time.
      if (place.unique) {
        await old.end();
        await old.start();
        return;
      }
      const next = old.successor();
      await next.start();
      place.set(next);
      await old.end();
    },
    async restart(_, { mode }) {
      counts['Postgres restarts'] += 1;
      await crew.postgres.stop(mode);
      await crew.postgres.start();
    },
    async outage(_, { mode, away }) {
      counts.outages += 1;
      await crew.postgres.stop(mode);
      await sleep(away * leaseMs);
      await crew.postgres.start();
    },
    async switch() {
      counts.switches += 1;
      await crew.postgres.switchOver();
    },
    async failover(_, { away }) {
      counts.failovers += 1;
      await crew.postgres.failOver();
      await sleep(away * leaseMs);
      await crew.postgres.restoreStandby();
    },
  };

  const placeOf = ({ on, who }) =>
    on === 'worker'
      ? { get: () => crew.workers[who], set: (next) => (crew.workers[who] = next), unique: who < 2 }
      : { get: () => crew.api, set: (next) => (crew.api = next), unique: true };

  const run = async () => {
    for (const action of actions) {
      await sleep(action.pauseMs);
      const key = `${action.on} ${action.who}`;
      while (underWay.size >= AT_ONCE || underWay.has(key)) await Promise.race(underWay.values());
      if (stopped) break;
      log(`${action.what} ${key} ${action.mode ?? ''} ${action.away}`);
      const done = acts[action.what](placeOf(action), action).then(() => underWay.delete(key));
      // Awaited above or below; until then a rejection is nobody's oversight.
      done.catch(() => undefined);
      underWay.set(key, done);
    }
    await Promise.all(underWay.values());
  };
  const running = run();
  running.catch(() => undefined);

  return {
    counts,
    stop() {
      stopped = true;
      return running;
    },
  };
}
