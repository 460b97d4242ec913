import { parseRoute, toJobs } from '../app/route.js';
import { filtersOf, instantOf, isFiltered, localOf, misunderstood, NO_FILTERS, paramsOf } from './filters.js';

const parse = (query: string) => filtersOf(new URLSearchParams(query));

it('comes back from an address as it went in', () => {
  const filters = {
    pipeline: 'a/b & c',
    status: ['running', 'error'] as const,
    user: 'jürgen',
    from: '2026-03-04T05:06:00.000Z',
    to: '2026-03-05T05:06:00.000Z',
    q: '100% #1',
  };
  expect(filtersOf(parseRoute(toJobs(paramsOf(filters))).query)).toEqual(filters);
});

it('passes over what it does not understand', () => {
  expect(parse('status=nope&from=yesterday&to=&x=1')).toEqual(NO_FILTERS);
  expect(parse('status=done,nope,error').status).toEqual(['done', 'error']);
});

it('says what it does not understand', () => {
  const said = (query: string) => misunderstood(new URLSearchParams(query));
  expect(said('status=nope,done&status=odd&from=yesterday&to=&x=1&toString=1')).toEqual([
    'There is no status “nope”',
    'There is no status “odd”',
    '“yesterday” is no time to list jobs from',
    'There is no filter “x”',
    'There is no filter “toString”',
  ]);
  expect(said('status=done&status=&from=2026-03-04&q=x&user=a&pipeline=p')).toEqual([]);
});

it('knows whether anything is filtered by', () => {
  expect(isFiltered(parse(''))).toBe(false);
  expect(['pipeline=a', 'status=done', 'user=a', 'q=a'].map((query) => isFiltered(parse(query)))).toEqual(
    Array(4).fill(true),
  );
});

it('shows an instant in the viewer’s zone, and takes it back', () => {
  const instant = '2026-03-04T05:06:00.000Z';
  expect(localOf(instant)).toMatch(/^2026-03-0[345]T\d\d:\d\d$/);
  expect(instantOf(localOf(instant))).toBe(instant);
  expect([localOf(''), instantOf(''), instantOf('nonsense')]).toEqual(['', '', '']);
});
