import { lineOf } from './log-text.js';
import { scrub } from './scrub.js';
import { Seldom } from './seldom.js';

const record = (more: object) => ({
  level: 'warn',
  time: '2026-11-25T07:18:34.123Z',
  room: 'worker',
  msg: 'no tasks could be claimed',
  pid: 1,
  ...more,
});

describe('a line for people', () => {
  test('says when, how bad, where, what, and of what', () => {
    expect(lineOf(record({ job: 'a1', task: 'with space' }), 'holdfast')).toBe(
      '07:18:34.123 warn  worker: no tasks could be claimed job=a1 task="with space"\n',
    );
  });

  test('of the program itself is as a program says it', () => {
    expect(lineOf(record({ room: 'holdfast', msg: 'PORT: expected …' }), 'holdfast')).toBe(
      'holdfast: PORT: expected …\n',
    );
    expect(lineOf(record({ room: 'holdfast', msg: 'Holdfast 1.2.3: API …' }), 'holdfast')).toBe(
      'Holdfast 1.2.3: API …\n',
    );
  });

  test('cannot be made to look like two, or to move the cursor', () => {
    const line = lineOf(record({ msg: 'a\nholdfast: b\u001B[2J\r', task: 'x\ny' }), 'holdfast');
    expect(line).toBe('07:18:34.123 warn  worker: a\n    holdfast: b\uFFFD[2J\uFFFD task="x\\ny"\n');
  });

  test('has a stack below it', () => {
    expect(lineOf(record({ stack: 'Error: x\n    at y' }), 'holdfast')).toMatch(
      /claimed\n {4}Error: x\n {8}at y\n$/,
    );
  });
});

describe('what is in no line', () => {
  test.each([
    ['connect postgresql://u:geheim@host:5432/db failed', 'connect postgresql://u:…@host:5432/db failed'],
    ['postgresql://host/db?password=geheim&x=1', 'postgresql://host/db?password=…&x=1'],
    ['authorization: Bearer abc.def-ghi', 'authorization: Bearer …'],
    ['token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0. refused', 'token … refused'],
    ['http://localhost:8080/docs', 'http://localhost:8080/docs'],
    ['at Pool.connect (file:///app/pool.js:12:3)', 'at Pool.connect (file:///app/pool.js:12:3)'],
  ])('%s', (text, left) => {
    expect(scrub(text)).toBe(left);
  });
});

describe('what would be said again and again', () => {
  test('is said once in a window, then with how often it was held back', () => {
    const seldom = new Seldom(1000);
    expect([0, 1, 999, 1000, 1001, 5000].map((now) => seldom.let('a', now))).toEqual([
      0,
      null,
      null,
      2,
      null,
      1,
    ]);
  });

  test('does not hold back what is something else', () => {
    const seldom = new Seldom(1000);
    expect(['a', 'b', 'a', 'b'].map((what) => seldom.let(what, 0))).toEqual([0, 0, null, null]);
  });

  test('is remembered of a limited number', () => {
    const seldom = new Seldom(1000);
    const said = Array.from({ length: 1000 }, (_, index) => seldom.let(`line ${index}`, 0));
    expect(said.filter((held) => held !== null)).toHaveLength(201);
  });
});
