// Many callers that send the same schedule again and again, in a process of their own.
import { once } from 'node:events';
import autocannon from 'autocannon';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from './token.mjs';

const [{ url, seconds, callers, body, asOne = false }] = await once(process, 'message');

async function send() {
  const tokens = await Promise.all(
    Array.from({ length: callers }, (_, at) => tokenOf({ sub: asOne ? 'one' : `caller${at}` })),
  );
  const answers = {};
  const text = JSON.stringify(body);
  await autocannon({
    url: `${url}/pipelines/schedule`,
    method: 'POST',
    connections: callers,
    duration: seconds,
    timeout: 300,
    body: text,
    setupClient: (client) => {
      client.setHeaders({ authorization: `Bearer ${tokens.pop()}` });
      client.on('response', (status) => (answers[status] = (answers[status] ?? 0) + 1));
    },
  });
  return answers;
}

process.send(callers === 0 ? await sleep(seconds * 1_000, {}) : await send());
process.disconnect();
