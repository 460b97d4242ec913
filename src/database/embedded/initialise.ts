/** Makes a new cluster, which only its password opens. */
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.js';
import { run, type User } from './program.js';

export const ROLE = 'holdfast';
export const PASSWORD_FILE = 'holdfast.password';

/** What is left of a start that was cut off is cleared away when it is so old. */
const LEFT_OVER_MS = 3_600_000;

export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Made beside its place and moved there, so that a crash, or somebody else, never leaves half a cluster. */
export async function initialise(binaries: Binaries, cluster: string, user: User | null): Promise<void> {
  await clearLeftOvers(dirname(cluster));
  const fresh = await mkdtemp(`${cluster}.new-`);
  const secret = join(dirname(cluster), `${ROLE}-${randomBytes(6).toString('hex')}.password`);
  try {
    await writeFile(secret, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    if (user !== null) for (const path of [fresh, secret]) await chown(path, user.uid, user.gid);
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--data-checksums'];
    await run(binaries.initdb, ['-D', fresh, '-U', ROLE, `--pwfile=${secret}`, ...flags], user);
    await rename(secret, join(fresh, PASSWORD_FILE));
    await rename(fresh, cluster);
  } catch (error) {
    if (!(await exists(join(cluster, 'PG_VERSION')))) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(secret, { force: true });
  }
}

async function clearLeftOvers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^postgres\.new-|^holdfast-.*\.password$/.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LEFT_OVER_MS) await rm(path, { recursive: true, force: true });
  }
}
