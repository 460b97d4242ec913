// What clients ask of a service before they leave: open routes, what is not there, what they may not have, streams, uploads.
import { Buffer } from 'node:buffer';
import { SignJWT } from 'jose';

export const SECRET = 'only-for-clients-that-leave-0123456789';

export const bearer = async (secret) => {
  const token = new SignJWT({ sub: 'leaver' }).setProtectedHeader({ alg: 'HS256' });
  return { Authorization: `Bearer ${await token.sign(Buffer.from(secret))}` };
};

const get = (path, headers = {}) => ({ method: 'GET', path, headers });

/** `job`: one that runs, with a task `t`. A worker has no streams and takes no uploads, and is asked for them as well. */
export async function targetsOf(job) {
  const known = await bearer(SECRET);
  const forged = await bearer(`${SECRET}, not`);
  const streams = [
    get(`/job/events?id=${job}`, known),
    get('/jobs/events', known),
    get(`/job/logs/stream?id=${job}&task=t`, known),
  ];
  const uploads = [known, forged, {}].map((headers) => ({
    method: 'POST',
    path: '/pipelines/schedule',
    headers,
  }));
  const any = [
    // Open to all.
    ...['/health/live', '/health/ready', '/', '/openapi.json', '/docs', '/metrics'].map((path) => get(path)),
    // 404 and 405.
    ...['/nothing', '/health/nothing', '/assets/nothing'].map((path) => get(path)),
    { method: 'DELETE', path: '/pipelines', headers: {} },
    // 401.
    get('/pipelines'),
    get('/pipelines/jobs', forged),
    // 200 for a caller with a token.
    get('/pipelines', known),
    get('/pipelines/jobs', known),
    get(`/job/detail?id=${job}`, known),
    ...streams,
  ];
  return { any, streams, uploads };
}
