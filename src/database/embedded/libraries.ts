/** Creates the links to shared libraries without which the embedded Postgres does not start. */
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** An npm package cannot contain links, so the package lists them: the library first, then its other name. */
interface ListedLink {
  readonly source: string;
  readonly target: string;
}

/** The package's install script would do the same, but no install script runs (`.npmrc`). */
export function linkLibraries(packageFolder: string): void {
  for (const { source, target } of listedLinks(packageFolder)) {
    const link = join(packageFolder, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch (error) {
      // Another process that starts at the same moment was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function listedLinks(packageFolder: string): readonly ListedLink[] {
  try {
    return JSON.parse(
      readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'),
    ) as ListedLink[];
  } catch (error) {
    // The package of a platform that needs no links has no list.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
