/** What is left of a YAML file once its aliases and merge keys are written out: maps, lists and texts, each with its offset. */

export interface TreeText {
  readonly kind: 'text';
  readonly at: number;
  /** As written: `1.50`, `0x10`, `yes`, `~` (9.4). */
  readonly text: string;
  /** Neither quoted nor tagged nor a block: what could stand for a number, a boolean or null. */
  readonly plain: boolean;
  /** Of a literal block (`|`), whose lines are lines of the file: how far it is indented there. null: of all other texts. */
  readonly indent: number | null;
}

export interface TreeList {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly Tree[];
}

export interface TreeEntry {
  /** Where its key stands. */
  readonly at: number;
  readonly value: Tree;
}

export interface TreeMap {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

export type Tree = TreeText | TreeList | TreeMap;

export function isNull(tree: Tree): boolean {
  return tree.kind === 'text' && tree.plain && ['', '~', 'null', 'Null', 'NULL'].includes(tree.text);
}

/** Where a mistake in this entry is best looked for: beside a short value, else at the key. */
export function placeOf({ at, value }: TreeEntry): number {
  return value.kind === 'text' && value.text !== '' ? value.at : at;
}

/** The offset of what `path` names, or of the last thing on the way there that exists. */
export function locate(tree: Tree, at: number, path: readonly (string | number)[]): number {
  let place = at;
  let here: Tree | undefined = tree;
  for (const segment of path) {
    if (here?.kind === 'map' && typeof segment === 'string') {
      const entry: TreeEntry | undefined = here.entries.get(segment);
      if (entry === undefined) break;
      place = placeOf(entry);
      here = entry.value;
    } else if (here?.kind === 'list') {
      here = here.items[Number(segment)];
      place = here?.at ?? place;
    } else break;
  }
  return place;
}
