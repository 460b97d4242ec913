import { beginningOf, openingOf, wholeOf } from './graph-fit.js';

const BOX = { width: 800, height: 420 };

it('opens as a whole where that can be read', () => {
  expect(openingOf({ width: 500, height: 200 }, BOX)).toBe(1);
  expect(openingOf({ width: 500, height: 500 }, BOX)).toBeCloseTo(0.836);
  expect(openingOf({ width: 1000, height: 200 }, BOX)).toBeCloseTo(0.798);
});

it('is no smaller than has to be where it cannot', () => {
  expect(openingOf({ width: 500, height: 1734 }, BOX)).toBe(1);
  expect(openingOf({ width: 900, height: 1734 }, BOX)).toBeCloseTo(0.887);
  expect(openingOf({ width: 9000, height: 1734 }, BOX)).toBe(0.75);
});

it('is as small as has to be to see all of it', () => {
  expect(wholeOf({ width: 500, height: 1734 }, BOX)).toBeCloseTo(0.241);
  expect(wholeOf({ width: 0, height: 0 }, BOX)).toBe(1);
});

const node = (name: string, x: number, y: number) => ({ name, x, y, width: 100 });

it('is looked at where it begins', () => {
  const nodes = [node('start', 0, 800), ...Array.from({ length: 30 }, (_, i) => node(`n${i}`, 200, i * 58))];
  const edges = nodes.slice(1).map(({ name }) => ({ from: 'start', to: name, path: '' }));
  expect(beginningOf({ nodes, edges }, 44, BOX)).toEqual({ x: 50, y: 822 });
});

it('is looked at from its upper left corner where it begins with more than there is room for', () => {
  const nodes = Array.from({ length: 30 }, (_, i) => node(`n${i}`, 200, i * 58));
  expect(beginningOf({ nodes, edges: [] }, 44, BOX)).toEqual({ x: 250, y: 0 });
  expect(beginningOf({ nodes: [], edges: [] }, 44, BOX)).toEqual({ x: 0, y: 0 });
});
