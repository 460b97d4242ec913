/** How the ids of jobs that have changed travel in a notification. */

/** In place of ids: too many to name. */
export const ANY_JOB = '*';
/** Ids that wait to be told; of more it is only told that there are. */
export const MOST_CHANGED = 10_000;
/** Of 36 characters and a comma; a payload has less than 8,000 bytes. */
const IDS = 200;

export function asPayloads(ids: readonly string[]): string[] {
  const payloads: string[] = [];
  for (let from = 0; from < ids.length; from += IDS) payloads.push(ids.slice(from, from + IDS).join(','));
  return payloads;
}

/** null: any job may have changed. */
export const idsIn = (payload: string): readonly string[] | null =>
  payload.includes(ANY_JOB) ? null : payload.split(',');
