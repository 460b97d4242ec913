/** Shows the end of what the tasks have written that failed. */
import type { Client } from './client.js';
import { type Console, say } from './console.js';
import { CommandError, EXIT } from './exit-codes.js';
import { harmless, oneLine } from './harmless.js';
import type { Job } from './types.js';

const TASKS = 3;
const LINES = 20;
const BYTES = 8 * 1024;

export async function sayFailures(client: Client, { id, tasks }: Job, console: Console): Promise<void> {
  const failed = tasks.filter(({ status }) => status === 'error');
  for (const { name, error } of failed.slice(0, TASKS)) {
    say(console, `\n${oneLine(name)}: ${oneLine(error ?? 'failed')}`);
    for (const stream of ['stdout', 'stderr']) {
      const text = await tailOf(client, { id, task: name, stream });
      if (text !== '') say(console, `--- the end of its ${stream}\n${text}`);
    }
  }
  if (failed.length > TASKS) say(console, `\n${failed.length - TASKS} more tasks failed`);
}

/** Its last lines, as far as they are short enough. */
async function tailOf(client: Client, query: Record<string, string>): Promise<string> {
  try {
    const headers = { range: `bytes=-${BYTES}` };
    const text = await (await client.ask('/job/logs/raw', { query, headers })).text();
    return harmless(text).trimEnd().split('\n').slice(-LINES).join('\n');
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.refused) return '';
    throw error;
  }
}
