import type { JobStatus, JobSummary } from '../api/types.js';
import { type Pages, refreshed } from './refreshed.js';

const LIMIT = 3;

/** A service with these jobs, the newest first; a cursor is the last job of the page before. */
class Jobs {
  asked: string[] = [];
  constructor(public jobs: readonly (readonly [number, JobStatus])[]) {}

  readonly ask = (cursor: string, limit: number) => {
    this.asked.push(cursor);
    const fitting = this.jobs.filter(([id]) => cursor === '' || id < Number(cursor));
    const jobs = fitting.slice(0, limit).map(([id, status]) => ({ id: String(id), status }) as JobSummary);
    const last = jobs.at(-1)?.id;
    return Promise.resolve({
      jobs,
      ...(fitting.length > limit && last !== undefined ? { nextCursor: last } : {}),
    });
  };

  async read(count: number): Promise<Pages> {
    const pages = [await this.ask('', LIMIT)];
    const pageParams = [''];
    while (pages.length < count) {
      pageParams.push(pages.at(-1)?.nextCursor ?? '');
      pages.push(await this.ask(pageParams.at(-1) ?? '', LIMIT));
    }
    this.asked = [];
    return { pages, pageParams };
  }
}

const done = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => [from - index, 'done'] as const);
const idsOf = ({ pages }: Pages) => pages.map(({ jobs }) => jobs.map(({ id }) => Number(id)));

it('asks for one page where nothing else can have changed, however many there are', async () => {
  const service = new Jobs(done(20, 1));
  const before = await service.read(4);
  expect(await refreshed(before, LIMIT, service.ask)).toEqual(before);
  expect(service.asked).toEqual(['']);
});

it('has the new ones in front, none missing and none twice, and as many pages as before', async () => {
  const service = new Jobs(done(20, 1));
  let pages = await service.read(4);
  for (let newest = 21; newest < 40; newest += 1) {
    service.jobs = done(newest, 1);
    pages = await refreshed(pages, LIMIT, service.ask);
    const ids = idsOf(pages).flat();
    expect(pages.pages.length).toBeLessThanOrEqual(4);
    expect(ids).toEqual(done(newest, newest - ids.length + 1).map(([id]) => id));
    expect(pages.pages.at(-1)?.nextCursor).toBe(String(ids.at(-1)));
    expect(ids.length).toBeGreaterThan(2 * LIMIT);
  }
  expect(service.asked.every((cursor) => cursor === '')).toBe(true);
});

it('reads back to what is known where there are more new ones than a page has', async () => {
  const service = new Jobs(done(20, 1));
  const before = await service.read(4);
  service.jobs = done(24, 1);
  expect(
    idsOf(await refreshed(before, LIMIT, service.ask))
      .flat()
      .slice(0, 10),
  ).toEqual(done(24, 15).map(([id]) => id));
  expect(service.asked).toEqual(['', '22']);
});

it('begins anew where all of it is new, and asks for no more pages than there were', async () => {
  const service = new Jobs(done(20, 1));
  const before = await service.read(2);
  service.jobs = done(60, 1);
  const after = await refreshed(before, LIMIT, service.ask);
  expect(idsOf(after).flat()).toEqual([60, 59, 58, 57, 56, 55]);
  expect(service.asked).toHaveLength(2);
});

it('asks again for an older page of which a job has not ended', async () => {
  const service = new Jobs([...done(20, 14), [13, 'running'], ...done(12, 1)]);
  const before = await service.read(4);
  service.jobs = done(20, 1);
  const after = await refreshed(before, LIMIT, service.ask);
  expect(service.asked).toEqual(['', '15']);
  expect(after.pages.flatMap(({ jobs }) => jobs).every(({ status }) => status === 'done')).toBe(true);
  expect(idsOf(after)).toEqual(idsOf(before));
});

it('lets go of a job that does not fit any more', async () => {
  const service = new Jobs([...done(20, 14), [13, 'running'], ...done(12, 1)]);
  const before = await service.read(4);
  service.jobs = [...done(19, 14), ...done(12, 1)];
  const ids = idsOf(await refreshed(before, LIMIT, service.ask)).flat();
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids).not.toContain(20);
  expect(ids).not.toContain(13);
});

it('goes on behind its last job, also where that page was filled up', async () => {
  const service = new Jobs([...done(20, 16), [15, 'running'], ...done(14, 1)]);
  const before = await service.read(2);
  service.jobs = [...done(20, 16), ...done(14, 1)];
  const after = await refreshed(before, LIMIT, service.ask);
  expect(idsOf(after)).toEqual([
    [20, 19, 18],
    [17, 16, 14],
  ]);
  expect(after.pages.at(-1)?.nextCursor).toBe('14');
});

it('is empty once there are no jobs', async () => {
  const service = new Jobs(done(20, 1));
  const before = await service.read(2);
  service.jobs = [];
  expect(idsOf(await refreshed(before, LIMIT, service.ask))).toEqual([[]]);
});
