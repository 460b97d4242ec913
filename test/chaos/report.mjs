// Judges a run, and prints what was counted and what was broken.
import {
  endsAsItSays,
  isLostForAReason,
  isTriedAgain,
  runsAlone,
  startsOnce,
  waitsForOthers,
} from './check.attempts.mjs';
import {
  agreesWithTasks,
  cancelWins,
  endsOnce,
  isWhatWasAsked,
  keepsConcurrency,
  runsHandlers,
} from './check.jobs.mjs';
import { isWholeOrCut } from './check.output.mjs';
import { groupBy } from './history.mjs';

const CHECKS = {
  'every accepted job ended, once': endsOnce,
  'every job was asked for, once': isWhatWasAsked,
  'a cancel wins': cancelWins,
  'never more running jobs than concurrency': keepsConcurrency,
  'a job says what its tasks say': agreesWithTasks,
  'a job that had started has run its handlers': runsHandlers,
  'no attempt was started twice': startsOnce,
  'no attempt ran beside another of its task': runsAlone,
  'no task ran before its dependencies were done': waitsForOthers,
  'what is done or failed did end so': endsAsItSays,
  'attempts are no more and no fewer than allowed': isTriedAgain,
  'only who was touched was called lost': isLostForAReason,
  'output is whole, or cut and says so': isWholeOrCut,
};
const SHOWN = 5;

/** Answers whether all checks held. `troubles` of a session: what was seen to be wrong while it went on. */
export function judge(session) {
  const found = Object.entries(CHECKS).map(([name, check]) => [name, [...check(session)]]);
  found.push(['nothing was left behind, and nobody ended by himself', session.troubles]);
  for (const [name, violations] of found) {
    console.log(`  ${violations.length === 0 ? 'held  ' : 'BROKEN'}  ${name}`);
    for (const one of violations.slice(0, SHOWN)) console.log(`            ${one}`);
    if (violations.length > SHOWN) console.log(`            and ${violations.length - SHOWN} more`);
  }
  return found.every(([, violations]) => violations.length === 0);
}

export function printCounts({ seed, seconds, ledger, jobs, tasks, notes, monkey, slow }) {
  const requests = groupBy([...ledger.values()], ({ outcome }) => outcome);
  const count = (group) => group?.length ?? 0;
  const statuses = groupBy([...jobs.values()], ({ status }) => status);
  const attempts = tasks.flatMap((task) => task.attempts);
  const ends = groupBy(attempts, ({ end }) => end);
  const rows = {
    seed,
    seconds,
    accepted: count(requests.get('accepted')),
    refused: count(requests.get('refused')),
    unknown: count(requests.get('unknown')),
    'unknown and there': [...jobs.values()].filter(({ token }) => ledger.get(token)?.outcome === 'unknown')
      .length,
    'ended done': count(statuses.get('done')),
    'ended in error': count(statuses.get('error')),
    'ended canceled': count(statuses.get('canceled')),
    attempts: notes.size,
    'lost and said so': count(ends.get('lost')),
    'shut down and said so': count(ends.get('shut down')),
    'let go by their launcher': count(ends.get('let go')),
    retried: attempts.filter(({ last }) => !last).length,
    'duplicate starts': [...notes.values()].filter(({ starts }) => starts > 1).length,
    ...monkey,
    'times the machine was slow': slow.length,
  };
  for (const [name, value] of Object.entries(rows)) console.log(`  ${name.padEnd(28)}${value}`);
}
