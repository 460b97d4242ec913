/** What callers are told while the database is away, or takes no writes. */
import type { TestService } from './service.js';

export const AWAY = { status: 503, body: { error: 'Database is not available' } };
export const READ_ONLY = { status: 503, body: { error: 'Database takes no writes' } };
export const DISK_FULL = { status: 503, body: { error: 'Database has no room left on its disk' } };

/** By every route; `id` is a job's, with a task `t`. */
export async function expectAway(service: TestService, id: string, told = AWAY): Promise<void> {
  for (const path of [
    `/job/detail?id=${id}`,
    '/pipelines',
    '/pipelines/jobs',
    `/job/logs?id=${id}&task=t`,
    '/jobs/events',
    '/health/ready',
  ])
    expect(await service.get(path)).toMatchObject(told);
  expect(await service.call('POST', '/pipelines/schedule', '{"pipeline":"quick"}')).toMatchObject(told);
  expect(await service.call('POST', `/job/cancel?id=${id}`)).toMatchObject(told);
  expect((await service.get('/health/live')).status).toBe(200);
  // What is wrong in the request is told first.
  expect((await service.get('/job/detail?id=x')).status).toBe(400);
}
