import {
  isJobEnd,
  isTaskEnd,
  JOB_STATUSES,
  JOB_TRANSITIONS,
  TASK_STATUSES,
  TASK_TRANSITIONS,
} from './status.js';

/** All that comes after a status, directly or not. */
function reachable(from: string, transitions: Readonly<Record<string, readonly string[]>>): Set<string> {
  const found = new Set<string>();
  const path = [from];
  for (let status = path.pop(); status !== undefined; status = path.pop()) {
    for (const next of transitions[status] ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      path.push(next);
    }
  }
  return found;
}

describe.each([
  { machine: 'a job', statuses: JOB_STATUSES, transitions: JOB_TRANSITIONS },
  { machine: 'a task', statuses: TASK_STATUSES, transitions: TASK_TRANSITIONS },
])('the statuses of $machine', ({ machine, statuses, transitions }) => {
  const all: readonly string[] = statuses;
  const table: Readonly<Record<string, readonly string[]>> = transitions;

  it('are all in the table, and lead only to each other', () => {
    expect(Object.keys(table).sort()).toEqual([...all].sort());
    for (const next of Object.values(table).flat()) expect(all).toContain(next);
  });

  it('are all reachable from waiting', () => {
    expect(new Set(['waiting', ...reachable('waiting', table)])).toEqual(new Set(all));
  });

  it('never come back, but for those of a task that is tried again', () => {
    const again = all.filter((status) => reachable(status, table).has(status));
    expect(again).toEqual(machine === 'a task' ? ['waiting', 'ready', 'running'] : []);
  });

  it('name each next status once', () => {
    for (const next of Object.values(table)) expect(new Set(next).size).toBe(next.length);
  });

  it('can be canceled as long as they are no end', () => {
    for (const status of all) {
      const next = table[status] ?? [];
      expect(next.includes('canceled')).toBe(next.length > 0);
    }
  });
});

describe('an end', () => {
  it('of a job is done, error or canceled', () => {
    expect(JOB_STATUSES.filter(isJobEnd)).toEqual(['done', 'error', 'canceled']);
  });

  it('of a task is skipped, done, error or canceled', () => {
    expect(TASK_STATUSES.filter(isTaskEnd)).toEqual(['skipped', 'done', 'error', 'canceled']);
  });

  it('is what has nothing after it', () => {
    for (const status of JOB_STATUSES) expect(isJobEnd(status)).toBe(JOB_TRANSITIONS[status].length === 0);
    for (const status of TASK_STATUSES) expect(isTaskEnd(status)).toBe(TASK_TRANSITIONS[status].length === 0);
  });
});

describe('a task', () => {
  it('fails or is done only after it has run', () => {
    for (const end of ['done', 'error'] as const) {
      expect(TASK_STATUSES.filter((status) => TASK_TRANSITIONS[status].includes(end))).toEqual(['running']);
    }
  });

  it('runs only after it was ready', () => {
    expect(TASK_STATUSES.filter((status) => TASK_TRANSITIONS[status].includes('running'))).toEqual(['ready']);
  });

  it('that runs is not skipped any more', () => {
    expect(TASK_TRANSITIONS.running).not.toContain('skipped');
  });
});

describe('a job', () => {
  it('fails or is done only after it was admitted', () => {
    for (const end of ['done', 'error'] as const) {
      expect(JOB_STATUSES.filter((status) => JOB_TRANSITIONS[status].includes(end))).toEqual(['running']);
    }
  });
});
