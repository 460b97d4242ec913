/** How many files tasks may open: as many as the service could where it was started, as Node raises its own limit. */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { processOf } from './processes/proc.js';

/** Node, npm, its shell, and a few more where one starts the other. */
const MOST_ANCESTORS = 10;

/** Returns the soft limit to set for tasks; null: none, as it is the same, or it is not known. */
export function openFilesOfTasks(): number | null {
  try {
    const starter = starterOf(process.pid);
    if (starter === null) return null;
    const [then, now] = [softLimitOf(starter), softLimitOf(process.pid)];
    return then !== null && now !== null && then < now ? then : null;
  } catch {
    return null;
  }
}

/** The process that started the first Node of those that started this one. The first of the machine has limits of its own. */
function starterOf(own: number): number | null {
  let pid = own;
  for (let at = 0; at < MOST_ANCESTORS; at += 1) {
    const parent = processOf(pid)?.parent ?? 0;
    if (parent <= 1) return null;
    if (!isNode(parent) && !isShellOfNpm(parent)) return parent;
    pid = parent;
  }
  return null;
}

const isNode = (pid: number) =>
  /^node(js)?$/.test(basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')));

/** Npm calls itself `npm run NAME`, and starts a script by a shell. */
function isShellOfNpm(pid: number): boolean {
  const parent = processOf(pid)?.parent ?? 0;
  return /\0-c\0/.test(commandOf(pid)) && /^npm /.test(commandOf(parent));
}

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'latin1');

/** null: none. */
function softLimitOf(pid: number): number | null {
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1')) ?? [];
  return soft === undefined ? null : Number(soft);
}
