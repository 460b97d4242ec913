/**
 * The pages of a list of jobs as they are by now, without asking for all of them: the newest as far as something new is
 * there, and of the older ones those with jobs that have not ended, as what has ended does not change any more. What
 * changes otherwise, such as an older job that begins to fit the filters, is seen when all is loaded again.
 */
import { isFinished, type JobsPage } from '../api/types.js';

export interface Pages {
  readonly pages: readonly JobsPage[];
  /** Of each page, where it begins. */
  readonly pageParams: readonly string[];
}

interface Page extends JobsPage {
  readonly cursor: string;
}

export type AskPage = (cursor: string, limit: number) => Promise<JobsPage>;

/** As many pages as there were, so that a list that is long looked at does not grow. */
export async function refreshed(before: Pages, limit: number, ask: AskPage): Promise<Pages> {
  const old = before.pages.map((page, index) => ({ ...page, cursor: before.pageParams[index] ?? '' }));
  const newest = await newestOf(old, limit, ask);
  const kept = behind(newest, old, limit);
  const older: Page[] = [];
  for (const page of kept.slice(0, Math.max(0, old.length - newest.length))) {
    const isOver = page.jobs.every(({ status }) => isFinished(status));
    older.push(isOver ? page : { ...(await ask(page.cursor, page.jobs.length)), cursor: page.cursor });
  }
  return unique([...newest, ...older]);
}

/** From the newest job back to one that was known, or as many pages as there were. */
async function newestOf(old: readonly Page[], limit: number, ask: AskPage): Promise<Page[]> {
  const known = new Set(old.flatMap(({ jobs }) => jobs.map(({ id }) => id)));
  const pages: Page[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined && pages.length < old.length;) {
    const page: JobsPage = await ask(cursor, limit);
    pages.push({ ...page, cursor });
    if (page.jobs.some(({ id }) => known.has(id))) break;
    cursor = page.nextCursor;
  }
  return pages;
}

/** What of the old pages is older than all that is new; none of it where the two do not meet. */
function behind(newest: readonly Page[], old: readonly Page[], limit: number): Page[] {
  const last = newest.at(-1);
  if (last?.nextCursor === undefined) return [];
  const places = new Map(
    old.flatMap(({ jobs }, page) => jobs.map(({ id }, at) => [id, { page, at }] as const)),
  );
  const meeting = last.jobs.flatMap(({ id }) => places.get(id) ?? []).at(-1);
  if (meeting === undefined) return [];
  const [cut, ...rest] = old.slice(meeting.page);
  if (cut === undefined) return [];
  const left: Page = { ...cut, jobs: cut.jobs.slice(meeting.at + 1), cursor: last.nextCursor };
  const [next, ...others] = rest;
  if (next === undefined || left.jobs.length + next.jobs.length > limit) {
    return left.jobs.length === 0 && next !== undefined ? rest : [left, ...rest];
  }
  return [{ ...next, jobs: [...left.jobs, ...next.jobs], cursor: left.cursor }, ...others];
}

/** A page that has lost jobs to a filter is filled up with the next one's. */
function unique(pages: readonly Page[]): Pages {
  const seen = new Set<string>();
  const isNew = ({ id }: { readonly id: string }) => !seen.has(id) && seen.add(id);
  return {
    pages: pages.map(({ jobs, nextCursor }) => ({
      jobs: jobs.filter(isNew),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    })),
    pageParams: pages.map(({ cursor }) => cursor),
  };
}
