import { DeadMan } from './dead-man.js';

let now: number;
let deadMan: DeadMan;
beforeEach(() => {
  now = 1_000_000;
  deadMan = new DeadMan(() => now);
});

test('without a lease nothing is ever over', () => {
  now += 1e9;
  expect([deadMan.cut, deadMan.leftMs]).toEqual([null, Infinity]);
});

test('a lease is over at its end and not before', () => {
  deadMan.lease(20_000, 45_000);
  now += 19_999;
  expect([deadMan.cut, deadMan.leftMs]).toEqual([null, 1]);
  now += 1;
  expect(deadMan.cut).toBe('lease');
});

test('each word of the worker counts from when it came', () => {
  deadMan.lease(20_000, 45_000);
  now += 15_000;
  deadMan.lease(40_000, 45_000);
  now += 39_000;
  expect(deadMan.leftMs).toBe(1_000);
});

test('a worker that says that nothing is held any more is believed', () => {
  deadMan.lease(20_000, 45_000);
  deadMan.lease(0, 45_000);
  expect(deadMan.cut).toBe('lease');
});

test('a worker that was silent when its lease ran out stands still', () => {
  deadMan.lease(44_900, 45_000);
  now += 44_900;
  expect(deadMan.cut).toBe('frozen');
});

test('a worker that is silent for as long as it may be stands still, however long its lease', () => {
  deadMan.lease(90_000, 45_000);
  now += 45_000;
  expect(deadMan.cut).toBe('frozen');
});

test('a lease that is over is not held again without a word of it, as after a sleep of the machine', () => {
  expect(deadMan.lease(20_000, 45_000)).toBe(null);
  now += 30_000;
  expect([deadMan.lease(20_000, 45_000), deadMan.cut]).toEqual(['frozen', null]);
  now += 10_000;
  expect(deadMan.lease(20_000, 45_000)).toBe(null);
});
