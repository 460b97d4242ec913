import { treeOf } from './tree.js';

const drawn = (dependencies: Readonly<Record<string, readonly string[]>>) =>
  treeOf(Object.entries(dependencies).map(([name, dependsOn]) => ({ name, dependsOn }))).map(
    ({ task, lead, others }) => `${lead}${task.name}${others.map((other) => ` +${other}`).join('')}`,
  );

it('draws what depends on a task below it, and says on what else it depends', () => {
  expect(
    drawn({
      fetch: [],
      lint: ['fetch'],
      test: ['fetch'],
      build: ['lint', 'test'],
      notes: ['build'],
      publish: ['build'],
      on_error: [],
    }),
  ).toEqual([
    'fetch',
    '├─ lint',
    '└─ test',
    '   └─ build +lint',
    '      ├─ notes',
    '      └─ publish',
    'on_error',
  ]);
});

it('goes on with the line of a branch beside what is in it', () => {
  expect(drawn({ a: [], b: ['a'], c: ['b'], d: ['a'] })).toEqual(['a', '├─ b', '│  └─ c', '└─ d']);
});

it('draws every task once, also where dependencies are circular or unknown', () => {
  expect(drawn({ a: ['b'], b: ['a', 'nobody'], c: ['c'] })).toEqual(['a +b', '└─ b +nobody', 'c +c']);
});

it('does not go deeper than a screen is wide', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`t${index}`, index === 0 ? [] : [`t${index - 1}`]]),
  );
  const lines = drawn(chain);
  expect(lines).toHaveLength(200);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(50);
  expect(lines.at(-1)?.trim()).toBe('└─ t199 +t198');
});
