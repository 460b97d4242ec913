/** What the list of jobs is filtered by, as it stands in the page's address, and as the API is asked. */
import type { Query } from '../api/client.js';
import { JOB_STATUSES, type JobStatus } from '../api/types.js';
import type { Params } from '../app/route.js';

export interface Filters {
  readonly pipeline: string;
  readonly status: readonly JobStatus[];
  readonly user: string;
  /** Instants; '': open. */
  readonly from: string;
  readonly to: string;
  readonly q: string;
}

export const NO_FILTERS: Filters = { pipeline: '', status: [], user: '', from: '', to: '', q: '' };

/** What is not understood is no filter: an address may be old, or typed by hand. `misunderstood` says what that is. */
export function filtersOf(query: URLSearchParams): Filters {
  const asked = query.getAll('status').flatMap(statusesIn);
  return {
    pipeline: query.get('pipeline') ?? '',
    status: JOB_STATUSES.filter((status) => asked.includes(status)),
    user: query.get('user') ?? '',
    from: instantIn(query.get('from')),
    to: instantIn(query.get('to')),
    q: (query.get('q') ?? '').slice(0, 100),
  };
}

/** What of an address is no filter, a sentence each. */
export function misunderstood(query: URLSearchParams): string[] {
  const wrong: string[] = [];
  for (const [name, value] of query) {
    if (value === '') continue;
    if (!Object.hasOwn(NO_FILTERS, name)) wrong.push(`There is no filter “${name}”`);
    else if ((name === 'from' || name === 'to') && instantIn(value) === '')
      wrong.push(`“${value}” is no time to list jobs ${name}`);
    else if (name === 'status') {
      const unknown = statusesIn(value).filter((one) => !JOB_STATUSES.some((status) => status === one));
      wrong.push(...unknown.map((one) => `There is no status “${one}”`));
    }
  }
  return wrong;
}

const statusesIn = (text: string) => text.split(',');

function instantIn(text: string | null): string {
  const at = text === null ? NaN : Date.parse(text);
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

export const paramsOf = (filters: Filters): Params => ({ ...filters });
export const queryOf = (filters: Filters): Query => ({ ...filters });

export const isFiltered = (filters: Filters): boolean =>
  Object.values(filters).some((value: string | readonly string[]) => value.length > 0);

/** As `<input type="datetime-local">` has it: the viewer's time, without a zone. */
export function localOf(instant: string): string {
  if (instant === '') return '';
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function instantOf(local: string): string {
  const at = local === '' ? NaN : new Date(local).getTime();
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
