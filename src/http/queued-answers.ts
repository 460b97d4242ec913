/**
 * Ends answers that wait for earlier ones of their connection, as those to pipelined requests do. When a connection is
 * gone, Node tells that to the answer that is being sent, and never to the others: what they hold they would keep.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { guarded } from '../telemetry/guarded.js';
import { arrivalOf } from './arrival.js';

/** Answers that have not ended, by their connection. */
type Open = WeakMap<Socket, Set<ServerResponse>>;

export function endQueuedAnswers(fastify: FastifyInstance): void {
  const open: Open = new WeakMap();
  fastify.addHook('onRequest', (request, reply, done) => {
    const answers = answersOn(arrivalOf(request).socket, open);
    answers.add(reply.raw);
    reply.raw.once(
      'close',
      guarded('http', () => answers.delete(reply.raw)),
    );
    done();
  });
}

function answersOn(socket: Socket, open: Open): Set<ServerResponse> {
  const known = open.get(socket);
  if (known !== undefined) return known;
  const answers = new Set<ServerResponse>();
  open.set(socket, answers);
  const gone = () => {
    // The one that is being sent has the connection, and hears of it by itself.
    for (const answer of answers) if (answer.socket === null) answer.destroy().emit('close');
  };
  socket.once('close', guarded('http', gone));
  return answers;
}
