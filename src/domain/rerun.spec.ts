import { carriedOver } from './rerun.js';
import type { TaskStatus } from './status.js';

const task = (name: string, ...dependsOn: string[]) => ({ name, dependsOn });
const outcomes = (statuses: Readonly<Record<string, TaskStatus>>) =>
  Object.entries(statuses).map(([name, status]) => ({ name, status }));

const GRAPH = [task('d', 'b', 'c'), task('b', 'a'), task('c', 'a'), task('a')];

describe('a rerun from the start', () => {
  it('carries nothing over', () => {
    const all = outcomes({ a: 'done', b: 'done', c: 'done', d: 'done' });
    expect(carriedOver(GRAPH, all, 'start')).toEqual([]);
  });
});

describe('a rerun of what failed', () => {
  it('carries over what was done, and nothing else', () => {
    const some = outcomes({ a: 'done', b: 'done', c: 'error', d: 'skipped' });
    expect(carriedOver(GRAPH, some, 'failed')).toEqual(['a', 'b']);
  });

  it.each<TaskStatus>(['error', 'canceled', 'skipped', 'waiting', 'ready', 'running'])(
    'does not carry over a task that is %s',
    (status) => {
      expect(carriedOver([task('a')], outcomes({ a: status }), 'failed')).toEqual([]);
    },
  );

  it('runs again what depends on something that is run again, whatever its row says', () => {
    const broken = outcomes({ a: 'error', b: 'done', c: 'done', d: 'done' });
    expect(carriedOver(GRAPH, broken, 'failed')).toEqual([]);
  });

  it('knows neither the handler nor tasks that the definition does not have', () => {
    const more = outcomes({ a: 'done', on_error: 'done', other: 'done' });
    expect(carriedOver(GRAPH, more, 'failed')).toEqual(['a']);
  });

  it('carries everything over where everything was done', () => {
    const all = outcomes({ a: 'done', b: 'done', c: 'done', d: 'done' });
    expect(carriedOver(GRAPH, all, 'failed')).toEqual(['a', 'b', 'c', 'd']);
  });
});
