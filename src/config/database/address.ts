/** Describes a database as connections need it, however it was written. */

export interface DatabaseHost {
  /** Name or address; or the absolute folder of a socket. */
  readonly host: string;
  /** Where to connect without looking up the name; null: it is looked up. */
  readonly address: string | null;
  readonly port: number;
}

export type Password =
  | { readonly kind: 'text'; readonly text: string }
  /** Read for each new connection, so that the password can be rotated. */
  | { readonly kind: 'file'; readonly file: string }
  /** Looked up in `passFile`. */
  | { readonly kind: 'none' };

/**
 * `allow` and `prefer` verify nothing and do without encryption where the server wants that. `require` encrypts and
 * verifies nothing. `verify-ca` verifies the certificate, `verify-full` its name too.
 */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** Files are read for each new connection, so that certificates can be renewed. */
export interface DatabaseTls {
  readonly mode: TlsMode;
  /** Certificates to trust; null: those that Node.js trusts. */
  readonly rootFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
  readonly keyPassword: string | null;
  readonly revokedFile: string | null;
  readonly minVersion: TlsVersion | null;
  readonly maxVersion: TlsVersion | null;
  /** TLS from the first byte, without asking for it in Postgres's protocol. */
  readonly isDirect: boolean;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
}

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** Which servers will do: `read-write` is one whose sessions may write, `primary` one that is no replica. */
export const WRITABLE_SESSIONS = ['any', 'read-write', 'primary'] as const;
export type SessionTarget = (typeof WRITABLE_SESSIONS)[number];

export interface DatabaseAddress {
  /** Setting that names it, such as `DATABASE_URL`. */
  readonly variable: string;
  /** Tried in this order. At least one. */
  readonly hosts: readonly DatabaseHost[];
  readonly database: string;
  readonly user: string;
  readonly password: Password;
  /** Password file as libpq has it; it may be missing. null: none. */
  readonly passFile: string | null;
  readonly tls: DatabaseTls;
  readonly target: SessionTarget;
  /** Schema of the tables; null: the first one of the role's search path. */
  readonly schema: string | null;
  /** Server settings of each session, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** What `application_name` begins with. */
  readonly applicationName: string;
  /** For each host; null: as long as the part of the process that connects waits for it. */
  readonly connectMs: number | null;
  /** Silence on a connection before the other end is asked whether it is there; null: never, 0: the usual. */
  readonly keepAliveMs: number | null;
  /** Names of what was written and is not used. */
  readonly ignored: readonly string[];
}

/** Says where a database is, without user and password. */
export function placeOf({ hosts, database, schema }: DatabaseAddress): string {
  const at = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  return `${at}/${database}${schema === null ? '' : `?schema=${schema}`}`;
}
