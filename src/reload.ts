/** Loads the pipelines again, on SIGUSR1 or when their files change; a set that is wrong changes nothing (9.6). */
import type { PipelineSet, ReloadedPipelines } from './pipelines/pipelines.store.js';
import { logger, PROGRAM } from './telemetry/log.js';
import { type PipelinesWatch, watchPipelines } from './pipelines/watch.js';

const log = logger(PROGRAM);

const complain = (lines: readonly string[]) => {
  for (const line of lines) log.warn(line);
};

function loaded({ added, changed, removed, warnings }: ReloadedPipelines): void {
  const parts = Object.entries({ added, changed, removed }).filter(([, names]) => names.length > 0);
  const what = parts.map(([how, names]) => `${how} ${names.join(', ')}`).join('; ');
  complain(warnings.map((warning) => `warning: ${warning}`));
  log.info(`pipelines loaded: ${what || 'nothing has changed'}`);
}

/** What is wrong with files is told line by line, anything else in one. */
function failed(error: unknown): void {
  complain([...(error as Error).message.split('\n'), 'the pipelines stay as they were']);
}

export async function reload(pipelines: PipelineSet): Promise<void> {
  await pipelines.reload().then(loaded, failed);
}

export const watch = (pipelines: PipelineSet, pollMs: number): PipelinesWatch =>
  watchPipelines(pipelines, { onLoaded: loaded, onFailed: failed, pollMs });
