/** Words the warnings about files that are not loaded: one line a reason, which counts the files and names a few. */

import { opendir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { quote } from '../limits.js';

/** A checkout, or a link to a file in one. */
export interface Checkout {
  readonly place: string;
  /** For a path relative to the place. */
  readonly wanted: (relativePath: string) => boolean;
  readonly enters: (folderName: string) => boolean;
}

export interface FoundInCheckouts {
  readonly checkouts: readonly Checkout[];
  readonly filesInCheckouts: readonly string[];
  /** Files that are named are loaded, although they are in a checkout. */
  readonly loaded: readonly string[];
}

/** In all checkouts together: they may be large, and are searched for the warning only. */
const MAX_ENTRIES_SEARCHED = 10_000;
const MAX_NAMED = 5;
const MAX_NAME_LENGTH = 200;

/** At most one warning. Names are relative to the path, as HOLDFAST_PATTERN takes them. */
export async function warnOfCheckouts(
  path: string,
  { checkouts, filesInCheckouts, loaded }: FoundInCheckouts,
  maxEntries = MAX_ENTRIES_SEARCHED,
): Promise<string[]> {
  const search = new Search(maxEntries);
  for (const checkout of checkouts) await search.lookInto(checkout);
  const isLoaded = new Set(loaded);
  const files = [...new Set([...filesInCheckouts, ...search.files])].filter((file) => !isLoaded.has(file));
  if (files.length === 0 && search.isComplete()) return [];

  const name = (places: Iterable<string>) => nameSome([...places].map((place) => relative(path, place)));
  const folders = 'checkouts (folders with .git)';
  const what =
    files.length === 0
      ? `${folders} that are too large to be searched: ${name(new Set(checkouts.map(({ place }) => place)))}`
      : `${search.isComplete() ? '' : 'at least '}${countOf(files.length, 'file')} in ${folders}: ${name(files)}`;
  return [`loading ${path}: passed over ${what}; to load a file all the same, name it in HOLDFAST_PATTERN`];
}

export interface ForeignFile {
  readonly file: string;
  /** A key of ours that is misspelled in it. */
  readonly meant: { readonly key: string; readonly written: string } | null;
}

/** At most one warning. Files with a misspelled key come first, as they were meant for us. */
export function warnOfForeign(path: string, files: readonly ForeignFile[]): string[] {
  if (files.length === 0) return [];
  const name = ({ file, meant }: ForeignFile) =>
    `${shorten(relative(path, file))}${meant ? ` (${quote(meant.written)}: did you mean "${meant.key}"?)` : ''}`;
  const sorted = [
    ...files.filter(({ meant }) => meant !== null),
    ...files.filter(({ meant }) => meant === null),
  ];
  const keys = 'the top-level key pipelines, webhooks or secrets';
  return [
    `loading ${path}: passed over ${countOf(files.length, 'file')} without ${keys}: ${list(sorted.map(name))}`,
  ];
}

/** `a.yml, b.yml and 7 more` */
export function nameSome(names: readonly string[]): string {
  return list([...names].sort().map(shorten));
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}

export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Quotes names that could be misread: a task or a repository may have chosen them. */
function shorten(name: string): string {
  return /^[\w./@+ -]*$/.test(name) && name.length <= MAX_NAME_LENGTH ? name : quote(name, MAX_NAME_LENGTH);
}

class Search {
  readonly files: string[] = [];
  #left: number;

  constructor(maxEntries: number) {
    this.#left = maxEntries;
  }

  isComplete(): boolean {
    return this.#left >= 0;
  }

  /** Follows no links, so that it comes to an end. */
  async lookInto({ place, wanted, enters }: Checkout): Promise<void> {
    if (!this.isComplete()) return;
    if (!(await isFolder(place))) {
      this.files.push(place);
      return;
    }
    const folders = [''];
    for (let folder = folders.shift(); folder !== undefined && this.isComplete(); folder = folders.shift()) {
      for await (const entry of this.#entriesOf(join(place, folder))) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) {
          if (enters(entry.name)) folders.push(path);
        } else if (wanted(path)) this.files.push(join(place, path));
      }
    }
  }

  async *#entriesOf(folder: string) {
    try {
      for await (const entry of await opendir(folder)) {
        if (--this.#left < 0) return;
        yield entry;
      }
    } catch {
      // What cannot be read is not loaded either way.
    }
  }
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
