/** Reads what a running Postgres says of itself in its folder, and clears away what a dead one left there. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const fileOf = (cluster: string) => join(cluster, 'postmaster.pid');

/** null where none runs. The lines of the file: pid, folder, start, port, sockets, address, shared memory, state. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(fileOf(cluster), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!(pid > 0) || !(await isPostgres(pid))) return null;
  return { pid, port: Number(lines[3]), ready: lines[7] === 'ready' };
}

/**
 * After a reboot another program may have the number of the dead Postgres, which then refuses to start;
 * a number that nobody has it sees through itself.
 */
export async function removeStale(cluster: string): Promise<void> {
  const pid = await pidIn(cluster);
  if (pid === null || !isAlive(pid) || (await isPostgres(pid))) return;
  // Meanwhile somebody may have started one.
  if ((await pidIn(cluster)) === pid) await rm(fileOf(cluster), { force: true });
}

async function pidIn(cluster: string): Promise<number | null> {
  const text = await readFile(fileOf(cluster), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return pid > 0 ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // `pid (name) state …`; a zombie (Z) is dead. Where there is no /proc the number alone has to do.
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return line === '' || /^\d+ \(postgres\) [^ZX]/.test(line);
}
