import { layoutOf, NODE_HEIGHT, pathOf } from './layout-graph.js';

const place = (tasks: Parameters<typeof layoutOf>[0], direction: 'LR' | 'TB' = 'LR') => {
  const found = layoutOf(tasks, direction, (name) => name.length * 8);
  return { ...found, at: Object.fromEntries(found.nodes.map((node) => [node.name, node])) };
};

const DIAMOND = [
  { name: 'a' },
  { name: 'b', dependsOn: ['a'] },
  { name: 'c', dependsOn: ['a'] },
  { name: 'd', dependsOn: ['b', 'c'] },
];

it('puts each task behind what it waits for', () => {
  const { at, edges } = place(DIAMOND);
  for (const { from, to } of edges) {
    const [one, other] = [at[from], at[to]];
    expect((one?.x ?? 0) + (one?.width ?? 0)).toBeLessThan(other?.x ?? 0);
  }
  expect(edges).toHaveLength(4);
});

it('puts it below on a narrow screen', () => {
  const { at } = place(DIAMOND, 'TB');
  expect((at['a']?.y ?? 0) + NODE_HEIGHT).toBeLessThan(at['b']?.y ?? 0);
  expect(at['b']?.y).toBe(at['c']?.y);
});

it('lets no two tasks overlap, and has all of them within its size', () => {
  const tasks = Array.from({ length: 40 }, (_, index) => ({
    name: `task-${index}`,
    dependsOn: index % 7 === 0 ? [] : [`task-${Math.floor(index / 3)}`, `task-${index - 1}`],
  }));
  const { nodes, width, height } = place(tasks);
  for (const one of nodes) {
    expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + NODE_HEIGHT <= height).toBe(
      true,
    );
    for (const other of nodes) {
      if (one === other) continue;
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + NODE_HEIGHT <= other.y ||
        other.y + NODE_HEIGHT <= one.y;
      expect(apart).toBe(true);
    }
  }
});

it('draws what waits for itself, for each other, or for what is not there', () => {
  const { nodes } = place([
    { name: 'a', dependsOn: ['a', 'b', 'nope'] },
    { name: 'b', dependsOn: ['a'] },
    { name: '__proto__', dependsOn: ['constructor'] },
  ]);
  expect(nodes.map(({ name }) => name)).toEqual(['a', 'b', '__proto__']);
});

it('draws nothing where there is nothing', () => {
  expect(layoutOf([], 'LR', () => 0)).toEqual({ nodes: [], edges: [], width: 0, height: 0 });
});

it('goes round corners', () => {
  expect(
    pathOf([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 20, y: 10 },
    ]),
  ).toBe('M0,0Q10,0 15,5L20,10');
  expect(pathOf([])).toBe('');
});
