// Does to the crew what the plan says, to each one thing after the other, and at last brings everything back.
import { setTimeout as sleep } from 'node:timers/promises';

export function startMonkey({ crew, actions, leaseMs, log }) {
  const counts = { kills: 0, stops: 0, 'rolling restarts': 0, 'Postgres restarts': 0, outages: 0 };
  /** The last thing that is being done, or waits to be, to each. */
  const busy = new Map();
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
  };

  const placeOf = ({ on, who }) =>
    on === 'worker'
      ? { get: () => crew.workers[who], set: (next) => (crew.workers[who] = next), unique: who < 2 }
      : { get: () => crew.api, set: (next) => (crew.api = next), unique: true };

  const act = (key, action) => {
    log(`${action.what} ${key} ${action.mode ?? ''} ${action.away}`);
    return acts[action.what](placeOf(action), action);
  };

  const run = async () => {
    for (const action of actions) {
      await sleep(action.pauseMs);
      if (stopped) break;
      const key = `${action.on} ${action.who}`;
      const before = busy.get(key) ?? Promise.resolve();
      const done = before.then(() => (stopped ? undefined : act(key, action)));
      // Awaited below; until then a rejection is nobody's oversight.
      done.catch(() => undefined);
      busy.set(key, done);
    }
    await Promise.all(busy.values());
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
