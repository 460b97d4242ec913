// What a seed decides: the monkey's actions and the client's requests, both without an end, and nothing by the clock.
import { NAMES } from './crew.mjs';

/** In leases: `stop` is for how long something stands still or is away. */
const ACTIONS = [
  { what: 'kill', on: 'worker', away: [0, 0] },
  { what: 'kill', on: 'worker', away: [1.2, 1.8] },
  { what: 'still', on: 'worker', away: [0.2, 0.7] },
  { what: 'still', on: 'worker', away: [1.3, 2] },
  { what: 'replace', on: 'worker', away: [0, 0] },
  { what: 'kill', on: 'api', away: [0, 0.5] },
  { what: 'replace', on: 'api', away: [0, 0] },
  { what: 'restart', on: 'postgres', mode: 'fast', away: [0, 0] },
  { what: 'restart', on: 'postgres', mode: 'immediate', away: [0, 0] },
  { what: 'outage', on: 'postgres', mode: 'fast', away: [1.2, 1.6] },
  { what: 'kill', on: 'worker', away: [0, 0] },
  { what: 'outage', on: 'postgres', mode: 'immediate', away: [0.2, 0.5] },
];

const SWITCHES = [
  { what: 'switch', on: 'postgres', away: [0, 0] },
  { what: 'failover', on: 'postgres', away: [0, 0.2] },
];
/** In place of all that one server alone can suffer: every second action, so that one comes every few seconds. */
const STANDBY_ACTIONS = ACTIONS.filter(({ on }) => on !== 'postgres').flatMap((action, index) => [
  action,
  SWITCHES[index % SWITCHES.length],
]);

/** A whole deck is played before anything comes twice. `standby`: Postgres is two servers. */
export function* actionsOf(random, { standby = false } = {}) {
  for (;;) {
    for (const { what, on, mode, away } of random.shuffled(standby ? STANDBY_ACTIONS : ACTIONS)) {
      const who = on === 'worker' ? random.whole(0, NAMES.length - 1) : 0;
      yield {
        what,
        on,
        who,
        mode,
        away: Number(random.between(...away).toFixed(2)),
        pauseMs: random.whole(500, 3500),
      };
    }
  }
}

export function* requestsOf(random, client, pipelines) {
  for (let number = 0; ; number += 1) {
    yield {
      token: `${client}-${number}`,
      pipeline: random.pick(pipelines).name,
      partition: random.pick(['', 'red', 'blue']),
      /** null: it is left alone. */
      cancelMs: random.chance(0.1) ? random.whole(0, 2500) : null,
      /** Often at once after another, so that wait lists fill and limits are reached. */
      pauseMs: random.chance(0.6) ? 0 : random.whole(100, 1500),
    };
  }
}
