/** `holdfast cancel`: ends a job that has not ended. */
import { EXIT, type ExitCode } from '../exit.js';
import type { Context } from './context.js';

export interface CancelOptions {
  readonly force?: true;
}

export async function cancel(
  { service, out, json }: Context,
  id: string,
  { force }: CancelOptions,
): Promise<ExitCode> {
  const answer = await service.json<boolean>('job/cancel', {
    method: 'POST',
    query: { id, ...(force === true ? { force: 'true' } : {}) },
  });
  if (json) await out.json(answer);
  else
    await out.line(`the job is canceled; what runs of it is being ${force === true ? 'killed' : 'stopped'}`);
  return EXIT.done;
}
