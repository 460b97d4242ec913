/** Reads what a service says of an error: one sentence, in JSON. */
import { readBoundedText } from '../../domain/bounded-body.js';

const MAX_ERROR_BYTES = 64 * 1024;

export const isJson = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('application/json') === true;

/** Returns null if the answer is no error of a Holdfast. */
export async function readErrorText(response: Response): Promise<string | null> {
  if (!isJson(response)) {
    await response.body?.cancel();
    return null;
  }
  const body = await readBoundedText(response.body, MAX_ERROR_BYTES)
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => null);
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  return typeof body.error === 'string' ? body.error : null;
}
