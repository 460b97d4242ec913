/** Listens where the settings say, or says which of them to change. */
import type { AddressInfo, Server } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { guarded } from '../telemetry/guarded.js';
import { logger, stackOf } from '../telemetry/log.js';

const log = logger('http');

type Refused = NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };

export class ListenError extends Error {
  /** `variable`: which has the port. */
  constructor(variable: string, cause: unknown) {
    super(reasonOf(variable, cause as Refused), { cause });
  }
}

/** The port: the one asked for, or a free one for 0. */
export async function listen(
  fastify: FastifyInstance,
  { host, port }: { host: string; port: number },
): Promise<number> {
  try {
    // Not Nest's own, which prints an error before it throws it.
    await fastify.listen({ host, port });
  } catch (error) {
    throw new ListenError('PORT', error);
  }
  logErrorsOf(fastify.server);
  return (fastify.server.address() as AddressInfo).port;
}

/** An error of a server that listens, such as one of accept(2), which nothing else would hear of, ends the process. */
export function logErrorsOf(server: Server): void {
  server.on(
    'error',
    guarded('http', (error) => {
      log.error('a connection could not be taken', { stack: stackOf(error) });
    }),
  );
}

function reasonOf(variable: string, { code, message, port, address, hostname, syscall }: Refused): string {
  if (code === 'EADDRINUSE')
    return `port ${String(port)} is in use; set ${variable} to another one, or 0 for a free one`;
  if (code === 'EACCES') return `port ${String(port)} needs more rights than this user has; set ${variable}`;
  if (code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && syscall === 'getaddrinfo'))
    return `cannot listen on ${address ?? hostname ?? ''}: no address of this machine; set HOST`;
  return `cannot listen: ${message}`;
}
