import { href, parseRoute, toJobs } from './route.js';

it('reads a path and what is asked for with it', () => {
  const { path, query } = parseRoute('#/job/7?task=a%20b&status=done&status=error');
  expect(path).toEqual(['job', '7']);
  expect(query.get('task')).toBe('a b');
  expect(query.getAll('status')).toEqual(['done', 'error']);
});

it.each(['', '#', '#/', '#//'])('takes %j for the first page', (hash) => {
  expect(parseRoute(hash).path).toEqual([]);
});

it.each(['a/b', 'ü ?#&', '%', '100%', '..'])('leads to a pipeline called %j and back', (name) => {
  expect(parseRoute(href(['pipeline', name])).path).toEqual(['pipeline', name]);
});

it('takes what is no encoding as it is', () => {
  expect(parseRoute('#/pipeline/%zz').path).toEqual(['pipeline', '%zz']);
});

it('leaves out what is not filtered by', () => {
  expect(toJobs({ pipeline: 'p', user: '', q: null, status: ['done', 'error'] })).toBe(
    '#/jobs?pipeline=p&status=done&status=error',
  );
});
