/** Processes as tests look for them: by a word in their command line or environment. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids of those that have the word; one that has ended has none. */
export function alive(word: string, ...files: ('cmdline' | 'environ')[]): number[] {
  const pids = readdirSync('/proc').map(Number);
  return pids.filter((pid) => pid > 0 && files.some((file) => textOf(`/proc/${pid}/${file}`).includes(word)));
}

export const parentOf = (pid: number): number => {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
};

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
