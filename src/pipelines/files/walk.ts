/** Lists the files below a folder, within bounds: symbolic links are followed, but no folder or file is met twice. */

import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PipelinesError } from '../pipelines.error.js';
import { GIT, isBetween, isCheckoutBetween, isInCheckout } from './checkouts.js';
import { isErrno } from './errno.js';

export const MAX_ENTRIES_VISITED = 200_000;
export const MAX_FOLDER_DEPTH = 40;

export interface WalkOptions {
  /** The declared place. What is in a checkout below it is passed over. */
  readonly path: string;
  readonly wanted: (relativePath: string) => boolean;
  readonly enters: (folderName: string) => boolean;
  /** Folders below the pattern's reach are left alone; those below MAX_FOLDER_DEPTH are an error. */
  readonly depth: number;
  readonly maxEntries?: number;
}

export interface WalkedFile {
  readonly relative: string;
  /** Its path without links. */
  readonly real: string;
}

export interface Walked {
  /** Unsorted. */
  readonly files: readonly WalkedFile[];
  /** Checkouts that were not entered, and links to files in checkouts: relative to the root, which is "". */
  readonly checkouts: readonly string[];
  /** Folders that may not be read, relative to the root. */
  readonly unreadable: readonly string[];
}

interface Folder {
  readonly relative: string;
  readonly real: string;
  readonly depth: number;
}

interface Link {
  readonly relative: string;
  readonly name: string;
  readonly depth: number;
}

export async function walk(root: string, options: WalkOptions): Promise<Walked> {
  return new Walker(root, options).run();
}

class Walker {
  private readonly files: WalkedFile[] = [];
  private readonly checkouts: string[] = [];
  private readonly unreadable: string[] = [];
  private readonly seen = new Set<string>();
  private readonly folders: Folder[] = [];
  private readonly path: string;
  private realPath = '';
  private links: Link[] = [];
  private visited = 0;

  constructor(
    private readonly root: string,
    private readonly options: WalkOptions,
  ) {
    this.path = resolve(options.path);
  }

  /** Links come after all that is really there, so that a file is known by its own path rather than by a link's. */
  async run(): Promise<Walked> {
    this.realPath = await realpath(this.path);
    if (await isInCheckout(this.path, this.root)) this.checkouts.push('');
    else this.enter({ relative: '', real: await realpath(this.root), depth: 0 });
    do {
      for (let folder = this.folders.pop(); folder; folder = this.folders.pop()) await this.list(folder);
      const links = this.links.sort((a, b) => (a.relative < b.relative ? -1 : 1));
      this.links = [];
      for (const link of links) await this.follow(link);
    } while (this.folders.length > 0);
    return { files: this.files, checkouts: this.checkouts, unreadable: this.unreadable };
  }

  private async list(folder: Folder): Promise<void> {
    const path = join(this.root, folder.relative);
    let entries;
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      if (folder.relative === '') throw error;
      // One that went away meanwhile is no news.
      if (!isErrno(error, 'ENOENT')) this.unreadable.push(folder.relative);
      return;
    }
    if (entries.some(({ name }) => name === GIT) && isBetween(this.path, resolve(path))) {
      this.checkouts.push(folder.relative);
      return;
    }
    this.visited += entries.length;
    const maxEntries = this.options.maxEntries ?? MAX_ENTRIES_VISITED;
    if (this.visited > maxEntries)
      throw new PipelinesError([
        `loading ${this.root}: more than ${maxEntries} files and folders in it, choose a narrower path or pattern`,
      ]);
    for (const entry of entries) {
      const relative = folder.relative === '' ? entry.name : `${folder.relative}/${entry.name}`;
      const real = join(folder.real, entry.name);
      const depth = folder.depth + 1;
      if (entry.isDirectory()) {
        if (this.options.enters(entry.name)) this.enter({ relative, real, depth });
      } else if (entry.isSymbolicLink()) this.links.push({ relative, name: entry.name, depth });
      else if (entry.isFile()) this.found(relative, real);
    }
  }

  /** A link can lead into a checkout without passing the folder that has its `.git`. */
  private async follow({ relative, name, depth }: Link): Promise<void> {
    const path = join(this.root, relative);
    const target = await targetOf(path);
    // A broken link matters only where a pipeline file should be; reading it will say so.
    if (target === null) {
      this.found(relative, join(path, '(broken)'));
      return;
    }
    const { real, kind } = target;
    const isWanted =
      kind === 'folder'
        ? this.options.enters(name) && depth <= this.options.depth
        : this.options.wanted(relative);
    if (kind === 'other' || !isWanted || this.seen.has(real)) return;
    const folder = kind === 'folder' ? real : dirname(real);
    if (await isCheckoutBetween(this.realPath, folder)) this.checkouts.push(relative);
    else if (kind === 'folder') this.enter({ relative, real, depth });
    else this.found(relative, real);
  }

  private found(relative: string, real: string): void {
    if (!this.options.wanted(relative) || this.seen.has(real)) return;
    this.seen.add(real);
    this.files.push({ relative, real });
  }

  private enter(folder: Folder): void {
    if (folder.depth > this.options.depth || this.seen.has(folder.real)) return;
    if (folder.depth > MAX_FOLDER_DEPTH)
      throw new PipelinesError([
        `loading ${join(this.root, folder.relative)}: deeper than ${MAX_FOLDER_DEPTH} folders, choose a narrower path or pattern`,
      ]);
    this.seen.add(folder.real);
    this.folders.push(folder);
  }
}

interface Target {
  readonly real: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** null: it cannot be followed. */
async function targetOf(link: string): Promise<Target | null> {
  try {
    const target = await stat(link);
    const kind = target.isFile() ? 'file' : target.isDirectory() ? 'folder' : 'other';
    return { real: await realpath(link), kind };
  } catch {
    return null;
  }
}
