import pg from 'pg';
import { Retries, RETRY_LIMITS, type Trouble, troubleOf } from './retries.js';

const MINUTE_MS = 60_000;

const postgresError = (code: string) => {
  const error = new pg.DatabaseError('x', 1, 'error');
  error.code = code;
  return error;
};

describe('retries', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test.each<[Trouble, number]>([
    ['busy', 10 * MINUTE_MS],
    ['locked', 10 * MINUTE_MS],
    ['lost', MINUTE_MS / 2],
  ])(
    'of what is %s end after their limit, and begin anew when a migration got through',
    (trouble, limitMs) => {
      const retries = new Retries(RETRY_LIMITS);
      expect(retries.next(trouble)).toBeGreaterThan(0);
      jest.advanceTimersByTime(limitMs - 1);
      expect(retries.next(trouble)).toBeGreaterThan(0);
      jest.advanceTimersByTime(1);
      expect(retries.next(trouble)).toBeNull();
      retries.reset();
      expect(retries.next(trouble)).toBeGreaterThan(0);
    },
  );
});

test.each<[unknown, Trouble | null]>([
  [postgresError('55P03'), 'locked'],
  [postgresError('40P01'), 'locked'],
  [postgresError('57P01'), 'lost'],
  [postgresError('53300'), 'lost'],
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'lost'],
  [new Error('Connection terminated unexpectedly'), 'lost'],
  // An administrator's pg_cancel_backend is meant for this very statement.
  [postgresError('57014'), null],
  [postgresError('42P07'), null],
  [new TypeError('x is not a function'), null],
])('the trouble of %s is %s', (error, trouble) => {
  expect(troubleOf(error)).toBe(trouble);
});
