/** Reads how a connection is encrypted and what of the server is verified, as libpq means it. */
import { Expected } from '../expected.js';
import { readableFile } from '../readable-file.js';
import { type DatabaseTls, TLS_MODES, TLS_VERSIONS, type TlsMode } from './address.js';
import type { Reader } from './reader.js';

/** libpq's word for certificates that are trusted in any case: here those that Node.js trusts. */
const SYSTEM = 'system';
const DO_WITHOUT: readonly TlsMode[] = ['disable', 'allow', 'prefer'];

export function tlsOf(reader: Reader): DatabaseTls {
  const { read } = reader;
  const root = read('sslrootcert', (text) => (text === SYSTEM ? SYSTEM : readableFile(text)));
  const files = {
    rootFile: root === SYSTEM ? null : root,
    certificateFile: read('sslcert', readableFile),
    keyFile: read('sslkey', readableFile),
    keyPassword: read('sslpassword', (text) => text),
    revokedFile: read('sslcrl', readableFile),
  };
  const written = read('sslmode', modeIn) ?? read('ssl', sslIn);
  // Stricter than libpq, whose default would verify nothing all the same.
  const isMeant = root !== null || files.certificateFile !== null || files.keyFile !== null;
  const mode = written ?? (isMeant ? 'verify-full' : 'prefer');
  const tls: DatabaseTls = {
    ...files,
    mode: effectiveMode(mode, files.rootFile),
    minVersion: read('ssl_min_protocol_version', oneOf(TLS_VERSIONS)),
    maxVersion: read('ssl_max_protocol_version', oneOf(TLS_VERSIONS)),
    isDirect: read('sslnegotiation', oneOf(['postgres', 'direct'])) === 'direct',
    channelBinding: read('channel_binding', oneOf(['disable', 'prefer', 'require'])) ?? 'disable',
  };
  refuseContradictions(reader, tls, { isSystem: root === SYSTEM, mode });
  return tls;
}

function refuseContradictions(
  { refuse }: Reader,
  { certificateFile, keyFile, isDirect, channelBinding }: DatabaseTls,
  { isSystem, mode }: { isSystem: boolean; mode: TlsMode },
): void {
  if (isSystem && mode !== 'verify-full') refuse('sslrootcert', 'a file, unless sslmode is verify-full');
  if (certificateFile !== null && keyFile === null) refuse('sslcert', 'set together with sslkey');
  if (keyFile !== null && certificateFile === null) refuse('sslkey', 'set together with sslcert');
  if (isDirect && DO_WITHOUT.includes(mode))
    refuse('sslnegotiation', 'postgres, unless sslmode is require or stricter');
  if (channelBinding === 'require' && mode === 'disable')
    refuse('channel_binding', 'prefer, because sslmode is disable');
}

/** `no-verify` is node-postgres's. */
const modeIn = (text: string): TlsMode => (text === 'no-verify' ? 'require' : oneOf(TLS_MODES)(text));

const SSL: Readonly<Record<string, TlsMode>> = {
  true: 'verify-full',
  '1': 'verify-full',
  false: 'disable',
  '0': 'disable',
  'no-verify': 'require',
};

/** JDBC and node-postgres have `ssl` for `sslmode`. */
function sslIn(text: string): TlsMode {
  const mode = Object.hasOwn(SSL, text) ? SSL[text] : undefined;
  if (mode === undefined) throw new Expected('true or false');
  return mode;
}

/**
 * With a root certificate, `require` is `verify-ca`, as in libpq. Without one, `verify-ca` would let in any server with
 * a certificate of a public authority, whatever its name, so it is `verify-full`.
 */
function effectiveMode(mode: TlsMode, rootFile: string | null): TlsMode {
  if (mode === 'require' && rootFile !== null) return 'verify-ca';
  return mode === 'verify-ca' && rootFile === null ? 'verify-full' : mode;
}

export const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string): T => {
    const found = names.find((name) => name === text);
    if (found === undefined)
      throw new Expected(`${names.slice(0, -1).join(', ')} or ${String(names.at(-1))}`);
    return found;
  };
