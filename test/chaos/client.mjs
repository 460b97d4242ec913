// Schedules jobs all the time and cancels some, through every outage, and remembers what it was answered.
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
/** After an answer that was lost. */
const AGAIN_MS = 300;
/** Before another request, in place of one that would make a wait list long. */
const CROWDED_MS = 50;

/**
 * A request of the ledger: `accepted` has a 202; `refused` a 400, so it left nothing; of what is `unknown` the answer
 * was lost, or was a 503, which may have come after a commit, so it may be there.
 */
export function startClient({ url, requests, ledger, crowded }) {
  const canceling = [];
  let stopped = false;

  const run = async () => {
    for (const request of requests) {
      if (stopped) break;
      if (crowded(request.pipeline)) {
        await sleep(CROWDED_MS);
        continue;
      }
      const entry = { ...request, outcome: 'unknown', jobId: null, canceled: false, at: Date.now() };
      ledger.set(request.token, entry);
      Object.assign(entry, await schedule(url, request));
      if (entry.jobId !== null && request.cancelMs !== null) canceling.push(cancelLater(url, entry));
      await sleep(entry.outcome === 'unknown' ? AGAIN_MS : request.pauseMs);
    }
    await Promise.all(canceling);
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

async function schedule(url, { token, pipeline, partition }) {
  const { status, body } = await post(`${url}/pipelines/schedule`, {
    pipeline,
    queuePartition: partition,
    variables: { token },
  });
  switch (status) {
    case 202:
      return { outcome: 'accepted', jobId: body.jobId };
    case 400:
      return { outcome: 'refused' };
    case null:
    case 503:
      return { outcome: 'unknown', status };
    default:
      return { outcome: 'wrong', status, body };
  }
}

async function cancelLater(url, entry) {
  await sleep(entry.cancelMs);
  const { status, body } = await post(`${url}/job/cancel?id=${entry.jobId}`);
  if (status === 200) entry.canceled = true;
  else if (![null, 409, 503].includes(status)) Object.assign(entry, { outcome: 'wrong', status, body });
}

/** `status` null: there was no answer. */
async function post(url, body) {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(url, {
      method: 'POST',
      signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: null, body: null };
  }
}
