/** What callers are told while the database is away. */
import type { TestService } from './service.js';

export const AWAY = { status: 503, body: { error: 'Database is not available' } };

/** By every route; `id` is a job's, with a task `t`. */
export async function expectAway(service: TestService, id: string): Promise<void> {
  for (const path of [
    `/job/detail?id=${id}`,
    '/pipelines',
    '/pipelines/jobs',
    `/job/logs?id=${id}&task=t`,
    '/jobs/events',
    '/health/ready',
  ])
    expect(await service.get(path)).toMatchObject(AWAY);
  expect(await service.call('POST', '/pipelines/schedule', '{"pipeline":"quick"}')).toMatchObject(AWAY);
  expect(await service.call('POST', `/job/cancel?id=${id}`)).toMatchObject(AWAY);
  expect((await service.get('/health/live')).status).toBe(200);
  // What is wrong in the request is told first.
  expect((await service.get('/job/detail?id=x')).status).toBe(400);
}
