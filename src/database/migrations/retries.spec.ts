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

  test.each<[string, (retries: Retries) => void]>([
    [
      'it answers',
      (retries) => {
        retries.noteAnswer();
      },
    ],
    ['another process migrates', (retries) => void retries.next('busy')],
    ['a lock does not come', (retries) => void retries.next('locked')],
  ])('of a lost database begin anew when %s', (_what, answer) => {
    const retries = new Retries(RETRY_LIMITS);
    expect(retries.next('lost')).toBeGreaterThan(0);
    answer(retries);
    jest.advanceTimersByTime(MINUTE_MS);
    expect(retries.next('lost')).toBeGreaterThan(0);
  });

  test('of what is busy go on counting when the database answers', () => {
    const retries = new Retries(RETRY_LIMITS);
    expect(retries.next('busy')).toBeGreaterThan(0);
    jest.advanceTimersByTime(10 * MINUTE_MS);
    retries.noteAnswer();
    expect(retries.next('busy')).toBeNull();
  });

  test('end with the fifth loss after which the database answers again, until a migration gets through', () => {
    const retries = new Retries(RETRY_LIMITS);
    for (let loss = 0; loss < 5; loss += 1) {
      expect(retries.next('lost')).toBeGreaterThan(0);
      retries.noteAnswer();
    }
    expect(retries.next('lost')).toBeNull();
    retries.reset();
    expect(retries.next('lost')).toBeGreaterThan(0);
  });
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
