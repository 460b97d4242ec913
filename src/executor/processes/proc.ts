/** What /proc says of the processes of this machine; without one, as on macOS, it knows of none. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { constants } from 'node:os';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** In ticks since the machine's start: with the pid it names a process for good. */
  readonly started: number;
  /** It only waits to be noticed. */
  readonly ended: boolean;
}

const PROC_MAGIC = 0x9fa0;
/** So few pids are cheaper to ask for than to pick from a list of all. */
const FEW = 64;

/** In a PID namespace whose /proc is its parent's, the numbers there name others. */
const USABLE = attempt(() => readlinkSync('/proc/self') === String(process.pid)) ?? false;
/** LXC answers this file itself, and late. */
const KNOWS_LAST = attempt(() => statfsSync('/proc/loadavg').type === PROC_MAGIC) ?? false;
export const PID_NAMESPACE = attempt(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]) ?? '0';
/** How many there are until they come round again. */
export const PIDS = attempt(() => Number(readFileSync('/proc/sys/kernel/pid_max', 'latin1'))) ?? 32_768;

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

const buffer = Buffer.allocUnsafe(1024);

/** The beginning, which is all of the files that are read so; twice as fast as `readFileSync`. */
function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(file);
  }
}

export function processOf(pid: number): Process | null {
  const stat = USABLE ? attempt(() => beginningOf(`/proc/${pid}/stat`)) : null;
  if (stat === null) return null;
  // Its name stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = 'X', parent] = fields;
  return {
    pid,
    parent: Number(parent),
    session: Number(fields[3]),
    started: Number(fields[19]),
    // One whose first thread has ended while others go on looks the same, but for their number.
    ended: 'ZX'.includes(state) && Number(fields[17]) <= 1,
  };
}

export function allPids(): number[] {
  if (!USABLE) return [];
  const names = attempt(() => readdirSync('/proc')) ?? [];
  return names.map(Number).filter((pid) => pid > 0);
}

/** The pid that was given out last, to a thread perhaps; null where that cannot be known. */
export function newestPid(): number | null {
  const load = USABLE && KNOWS_LAST ? attempt(() => beginningOf('/proc/loadavg')) : null;
  return load === null ? null : Number(load.split(' ')[4]);
}

/** Whether it was given out after the one, up to the other; right as long as not all were meanwhile. */
export function isBetween(after: number, pid: number, last: number): boolean {
  return after <= last ? after < pid && pid <= last : after < pid || pid <= last;
}

export function pidsBetween(after: number, last: number): number[] {
  if (last < after || last - after > FEW) return allPids().filter((pid) => isBetween(after, pid, last));
  const pids = Array.from({ length: last - after }, (_, index) => after + 1 + index);
  // Most are nobody's any more, and an error for each is dear.
  return pids.filter((pid) => existsSync(`/proc/${pid}`));
}

/** Each variable behind a NUL and before one; empty where it is not ours to read. */
export function environmentOf(pid: number): string {
  return attempt(() => `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`) ?? '';
}

/** Its arguments, each with a NUL behind it; empty where there is none, or it is not ours to read. */
export function commandLineOf(pid: number): string {
  return attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
}

export function ignores(pid: number, signal: NodeJS.Signals): boolean {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1')) ?? '';
  const ignored = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (ignored & (1n << BigInt(constants.signals[signal] - 1))) !== 0n;
}

/** Whether it is there, under this pid, and has not ended. */
export function stillRuns({ pid, started }: Process): boolean {
  const now = processOf(pid);
  return now !== null && now.started === started && !now.ended;
}

/** What all of its descriptors lead to; null where they are not ours to read. */
export function openFilesOf(pid: number): string[] | null {
  const folder = `/proc/${pid}/fd`;
  const files = attempt(() => readdirSync(folder));
  return files?.map((file) => attempt(() => readlinkSync(`${folder}/${file}`)) ?? '') ?? null;
}

/** What its standard output and error lead to. */
export function outputsOf(pid: number): string[] {
  return [1, 2].map((file) => attempt(() => readlinkSync(`/proc/${pid}/fd/${file}`)) ?? '');
}

export function ownerOf(pid: number): number | null {
  return attempt(() => statSync(`/proc/${pid}`).uid);
}
