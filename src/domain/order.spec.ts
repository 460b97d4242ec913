import fc from 'fast-check';
import { topologicalOrder } from './order.js';

interface Row {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

const row = (name: string, ...dependsOn: string[]): Row => ({ name, dependsOn });
const namesOf = (rows: readonly Row[]) => rows.map(({ name }) => name);
const orderOf = (rows: readonly Row[]) => namesOf(topologicalOrder(rows));

/**
 * 3.5 word for word, slow and without a graph: of all tasks that are not placed yet and whose known dependencies all
 * are, the smallest name by code unit comes next; `on_error` last.
 */
function byDefinition(rows: readonly Row[]): string[] {
  const left = namesOf(rows).sort();
  const known = new Set(left);
  const dependsOn = new Map(rows.map((task) => [task.name, task.dependsOn]));
  const handler = left.includes('on_error') ? left.splice(left.indexOf('on_error'), 1) : [];
  known.delete('on_error');
  const placed = new Set<string>();
  while (left.length > 0) {
    const isFree = (name: string) =>
      dependsOn.get(name)?.every((other) => placed.has(other) || !known.has(other));
    for (const name of left.splice(left.findIndex(isFree), 1)) placed.add(name);
  }
  return [...placed, ...handler];
}

const anyName = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom('on_error', '__proto__', 'constructor', 'Z', 'a', 'ä', '10', '9', '\u{1f600}', '\uffff'),
);

/** Each task depends on some of those before it, now and then twice on one. */
const dagOf = (names: fc.Arbitrary<string[]>) =>
  names.chain((all) =>
    fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: all.length, maxLength: all.length })
      .map((picks) =>
        all.map((name, at): Row => {
          const before = all.slice(0, at).filter((other) => other !== 'on_error');
          const found = (picks[at] ?? []).flatMap((pick) => before[pick % before.length] ?? []);
          return { name, dependsOn: name === 'on_error' ? [] : found };
        }),
      ),
  );

const smallDag = dagOf(fc.uniqueArray(anyName, { minLength: 1, maxLength: 40, size: 'medium' }));
const largeDag = dagOf(
  fc
    .uniqueArray(fc.nat(), { minLength: 500, maxLength: 2_000, size: 'max' })
    .map((numbers) => numbers.map((number) => number.toString(36))),
);

/** What something else may have written: circles, tasks that wait for themselves, dependencies that are nowhere. */
const brokenRows = fc.uniqueArray(anyName, { maxLength: 12 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc.record({
        name: fc.constant(name),
        dependsOn: fc.array(fc.oneof(fc.constantFrom(...names), anyName), { maxLength: 3 }),
      }),
    ),
  ),
);

const shuffled = <T>(rows: readonly T[]) =>
  fc.shuffledSubarray([...rows], { minLength: rows.length, maxLength: rows.length });

describe('the order of tasks (3.5)', () => {
  it('is the one of the example', () => {
    const rows = [row('zeta'), row('alpha', 'zeta'), row('beta'), row('mid', 'beta', 'zeta')];
    expect(orderOf(rows)).toEqual(['beta', 'zeta', 'alpha', 'mid']);
  });

  it('is empty for no tasks', () => {
    expect(topologicalOrder([])).toEqual([]);
  });

  it('is by name where nothing depends on anything', () => {
    expect(orderOf([row('c'), row('a'), row('d'), row('b')])).toEqual(['a', 'b', 'c', 'd']);
  });

  it('shows a task that becomes free before later names that have been free all along', () => {
    expect(orderOf([row('b'), row('x'), row('a', 'b')])).toEqual(['b', 'a', 'x']);
  });

  it('goes by code unit, whatever the locale', () => {
    const names = ['ä', 'a', 'Z', 'b', '_', '10', '9', '\uffff', '\u{1f600}', 'e\u0301', '\u00e9'];
    expect(orderOf(names.map((name) => row(name)))).toEqual([
      ...['10', '9', 'Z', '_', 'a', 'b', 'e\u0301', 'ä', '\u00e9', '\u{1f600}', '\uffff'],
    ]);
  });

  it('counts a dependency once that is written twice', () => {
    expect(orderOf([row('a', 'b', 'b'), row('b'), row('c', 'a', 'b', 'a')])).toEqual(['b', 'a', 'c']);
  });

  it('puts handlers last, in the order in which they run (6.8)', () => {
    const rows = [row('finally'), row('on_cancel'), row('z'), row('on_error'), row('p', 'z')];
    expect(orderOf(rows)).toEqual(['z', 'p', 'on_error', 'on_cancel', 'finally']);
  });

  it('puts on_error last, whatever its name would say', () => {
    expect(orderOf([row('on_error'), row('z'), row('p', 'z')])).toEqual(['z', 'p', 'on_error']);
  });

  it('knows names that mean something to JavaScript', () => {
    const rows = [row('__proto__', 'toString'), row('constructor'), row('toString', 'constructor')];
    expect(orderOf(rows)).toEqual(['constructor', 'toString', '__proto__']);
  });

  it('hands back the very rows that it was given, and leaves their list as it was', () => {
    const rows = Object.freeze([Object.freeze(row('b', 'a')), Object.freeze(row('a'))]);
    const ordered = topologicalOrder(rows);
    expect(ordered[0]).toBe(rows[1]);
    expect(ordered[1]).toBe(rows[0]);
  });

  it('is the defined one for any graph', () => {
    fc.assert(
      fc.property(smallDag, (rows) => {
        expect(orderOf(rows)).toEqual(byDefinition(rows));
      }),
      { numRuns: 500 },
    );
  });

  it('is the defined one for graphs of up to 2,000 tasks', () => {
    fc.assert(
      fc.property(largeDag, (rows) => {
        expect(orderOf(rows)).toEqual(byDefinition(rows));
      }),
      { numRuns: 5 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(
        smallDag.chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows))),
        ([rows, others]) => {
          expect(orderOf(others)).toEqual(orderOf(rows));
        },
      ),
    );
  });

  it('shows 2,000 tasks in a row, the last of them first by name', () => {
    const name = (at: number) => String(2_000 - at).padStart(4, '0');
    const rows = Array.from({ length: 2_000 }, (_, at) =>
      at === 0 ? row(name(0)) : row(name(at), name(at - 1)),
    );
    expect(orderOf(rows.toReversed())).toEqual(namesOf(rows));
  });
});

describe('the order of rows that something else wrote', () => {
  it('passes over dependencies that do not exist', () => {
    expect(orderOf([row('b', 'nowhere'), row('a', 'b', 'nowhere')])).toEqual(['b', 'a']);
  });

  it('passes over a dependency on on_error', () => {
    expect(orderOf([row('on_error'), row('b'), row('a', 'on_error')])).toEqual(['a', 'b', 'on_error']);
  });

  it('shows what is in a circle after all else, broken at the first by name', () => {
    expect(orderOf([row('c', 'b'), row('b', 'c'), row('z')])).toEqual(['z', 'b', 'c']);
  });

  it('shows a task that waits for itself after all else', () => {
    expect(orderOf([row('a', 'a'), row('b'), row('c', 'b')])).toEqual(['b', 'c', 'a']);
  });

  it('finishes what one circle held up before it breaks the next', () => {
    const rows = [row('c', 'b'), row('b', 'c'), row('z', 'b'), row('bb', 'y'), row('y', 'y'), row('a')];
    expect(orderOf(rows)).toEqual(['a', 'b', 'c', 'z', 'bb', 'y']);
  });

  it('goes on behind a circle as ever', () => {
    expect(orderOf([row('z', 'b'), row('y', 'b'), row('c', 'b'), row('b', 'c')])).toEqual([
      'b',
      'c',
      'y',
      'z',
    ]);
  });

  it('has every row exactly once', () => {
    fc.assert(
      fc.property(brokenRows, (rows) => {
        const ordered = topologicalOrder(rows);
        expect(ordered).toHaveLength(rows.length);
        expect(new Set(ordered)).toEqual(new Set(rows));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has every row exactly once even where two have one name', () => {
    const twins = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'on_error'),
        dependsOn: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'on_error'), { maxLength: 4 }),
      }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(twins, (rows) => {
        const ordered = topologicalOrder(rows);
        expect(ordered).toHaveLength(rows.length);
        expect(new Set(ordered).size).toBe(rows.length);
      }),
    );
  });

  it('is the same for every order of the rows', () => {
    fc.assert(
      fc.property(
        brokenRows.chain((rows) => fc.tuple(fc.constant(rows), shuffled(rows))),
        ([rows, others]) => {
          expect(orderOf(others)).toEqual(orderOf(rows));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('goes by the definition wherever a task is free, before, between and behind circles', () => {
    fc.assert(
      fc.property(brokenRows, (rows) => {
        const left = new Map(rows.filter(({ name }) => name !== 'on_error').map((task) => [task.name, task]));
        for (const name of orderOf([...left.values()])) {
          const [free] = [...left.values()]
            .filter(({ dependsOn }) => dependsOn.every((other) => !left.has(other)))
            .map((task) => task.name)
            .sort();
          if (free !== undefined) expect(name).toBe(free);
          left.delete(name);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('still has on_error last', () => {
    fc.assert(
      fc.property(brokenRows, (rows) => {
        const others = rows.filter(({ name }) => name !== 'on_error');
        const handler = { name: 'on_error', dependsOn: namesOf(others) };
        expect(topologicalOrder([handler, ...others]).at(-1)).toBe(handler);
      }),
    );
  });
});
