/** Keeps a password from a server that proves less than `channel_binding=require` asks for. */
import type pg from 'pg';
import { guarded } from '../../telemetry/guarded.js';

const BOUND = 'SCRAM-SHA-256-PLUS';

/**
 * To be called before the client connects: of two that listen, the first is called first. Returns what throws, after
 * it has connected, if the server has not proven itself: one that lets anybody in asks for nothing.
 */
export function requireChannelBinding({ connection }: pg.Client): () => void {
  let isOffered = false;
  let isProven = false;
  const refused = () => new Error('the server does not prove itself by channel binding, which is required');
  const refuse = guarded('database', () => {
    // TLS has a stream of its own by now.
    connection.stream.destroy(refused());
  });
  connection.on(
    'authenticationSASL',
    guarded('database', ({ mechanisms }: { mechanisms: readonly string[] }) => {
      isOffered = mechanisms.includes(BOUND);
      if (!isOffered) refuse();
    }),
  );
  connection.on(
    'authenticationSASLFinal',
    guarded('database', () => (isProven = isOffered)),
  );
  connection.on('authenticationCleartextPassword', refuse);
  connection.on('authenticationMD5Password', refuse);
  return () => {
    if (!isProven) throw refused();
  };
}
