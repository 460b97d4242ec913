/** How a connection is encrypted, as Node.js wants it said. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { DatabaseTls } from '../../config/database/address.js';
import type { Route } from './target.js';

/** Returns false where there is no encryption. Throws if a file cannot be read. */
export function tlsOptionsOf(
  tls: DatabaseTls,
  { host: { host }, isEncrypted }: Route,
): ConnectionOptions | false {
  if (!isEncrypted) return false;
  const { mode, rootFile, certificateFile, keyFile, keyPassword, revokedFile, minVersion, maxVersion } = tls;
  const written = {
    ca: contentOf(rootFile),
    cert: contentOf(certificateFile),
    key: contentOf(keyFile),
    passphrase: keyPassword,
    crl: contentOf(revokedFile),
    minVersion,
    maxVersion,
    // The name may stand beside the address that is connected to.
    servername: isIP(host) === 0 ? host : null,
  };
  return {
    ...Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null)),
    host,
    rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
    checkServerIdentity: (_name, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}

const contentOf = (file: string | null) => (file === null ? null : readFileSync(file));
