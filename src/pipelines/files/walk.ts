/** Lists the files below a folder, within bounds: symbolic links are followed, but no folder or file is met twice. */

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelinesError } from '../pipelines.error.js';

export const MAX_ENTRIES_VISITED = 200_000;
export const MAX_FOLDER_DEPTH = 40;

export interface WalkOptions {
  readonly wanted: (relativePath: string) => boolean;
  readonly enters: (folderName: string) => boolean;
  /** Folders below the pattern's reach are left alone; those below MAX_FOLDER_DEPTH are an error. */
  readonly depth: number;
  readonly maxEntries?: number;
}

export interface Walked {
  /** Relative to the root, unsorted. */
  readonly files: string[];
  readonly warnings: string[];
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

/** By shape: Jest's Node errors are of another realm's Error. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

class Walker {
  private readonly files: string[] = [];
  private readonly warnings: string[] = [];
  private readonly seen = new Set<string>();
  private readonly folders: Folder[] = [];
  private links: Link[] = [];
  private visited = 0;

  constructor(
    private readonly root: string,
    private readonly options: WalkOptions,
  ) {}

  /** Links come after all that is really there, so that a file is known by its own path rather than by a link's. */
  async run(): Promise<Walked> {
    this.enter({ relative: '', real: await realpath(this.root), depth: 0 });
    do {
      for (let folder = this.folders.pop(); folder; folder = this.folders.pop()) await this.list(folder);
      const links = this.links.sort((a, b) => (a.relative < b.relative ? -1 : 1));
      this.links = [];
      for (const link of links) await this.follow(link);
    } while (this.folders.length > 0);
    return { files: this.files, warnings: this.warnings };
  }

  private async list(folder: Folder): Promise<void> {
    const path = join(this.root, folder.relative);
    let entries;
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      if (folder.relative === '') throw error;
      // One that went away meanwhile is no news.
      if (!isErrno(error, 'ENOENT'))
        this.warnings.push(`loading ${path}: the folder cannot be read, skipped`);
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

  private async follow({ relative, name, depth }: Link): Promise<void> {
    const path = join(this.root, relative);
    try {
      const target = await stat(path);
      const real = await realpath(path);
      if (target.isFile()) this.found(relative, real);
      else if (target.isDirectory() && this.options.enters(name)) this.enter({ relative, real, depth });
    } catch {
      // A broken link matters only where a pipeline file should be; reading it will say so.
      this.found(relative, join(path, '(broken)'));
    }
  }

  private found(relative: string, real: string): void {
    if (!this.options.wanted(relative) || this.seen.has(real)) return;
    this.seen.add(real);
    this.files.push(relative);
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
