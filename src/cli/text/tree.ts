/** A job's tasks as a tree, although they are none: each stands below the last of those that it depends on. */

interface Dependent {
  readonly name: string;
  readonly dependsOn?: readonly string[];
}

export interface Branch<T> {
  readonly task: T;
  /** The lines that lead to it. */
  readonly lead: string;
  /** Depended on, and not what it stands below. */
  readonly others: readonly string[];
}

/** What is deeper stands beside what it depends on, so that a chain of a hundred tasks fits a screen. */
const DEEPEST = 10;

interface Node<T> {
  readonly task: T;
  readonly place: number;
  readonly parent: Node<T> | null;
  readonly depth: number;
  readonly children: Node<T>[];
}

/** `tasks`: in the service's order, dependencies first. */
export function treeOf<T extends Dependent>(tasks: readonly T[]): Branch<T>[] {
  const nodes = new Map<string, Node<T>>();
  const roots: Node<T>[] = [];
  for (const [place, task] of tasks.entries()) {
    const parent = parentOf(task, nodes);
    const node = { task, place, parent, depth: parent === null ? 0 : parent.depth + 1, children: [] };
    (parent?.children ?? roots).push(node);
    nodes.set(task.name, node);
  }
  return roots.flatMap((root) => branches(root, '', ''));
}

/** Of those that came before, the one that came last, as it is mostly the last to be done. */
function parentOf<T extends Dependent>({ dependsOn = [] }: T, nodes: ReadonlyMap<string, Node<T>>) {
  let parent: Node<T> | null = null;
  for (const name of dependsOn) {
    const node = nodes.get(name);
    if (node !== undefined && node.place >= (parent?.place ?? 0)) parent = node;
  }
  return parent !== null && parent.depth >= DEEPEST ? parent.parent : parent;
}

function branches<T extends Dependent>(
  { task, parent, children }: Node<T>,
  lead: string,
  below: string,
): Branch<T>[] {
  const others = (task.dependsOn ?? []).filter((name) => name !== parent?.task.name);
  return [
    { task, lead, others },
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return branches(child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }),
  ];
}
