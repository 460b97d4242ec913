/** The connection parameters that are understood, where each may be written, and those that are passed over. */
import type { Environment } from '../environment.js';
import { Expected } from '../expected.js';
import { AN_ENCODED_ADDRESS, parametersIn } from './url.js';

/** Maps libpq's keywords to their variables; null: it has none. */
const UNDERSTOOD = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  keepalives: null,
  keepalives_idle: null,
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: null,
  sslcrl: 'PGSSLCRL',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  // Others' than libpq's: Prisma's, and node-postgres's.
  schema: null,
  ssl: null,
} as const;
export type Keyword = keyof typeof UNDERSTOOD;

/** Values that ask for what is done in any case. */
const MET: Readonly<Record<string, readonly string[]>> = {
  client_encoding: ['utf8', 'utf-8', 'unicode', 'auto'],
  load_balance_hosts: ['disable'],
  uselibpqcompat: ['true', 'false'],
};

/** Parameters of libpq, Prisma and node-postgres that are passed over. */
const NOT_USED_IN_URL =
  'authtype fallback_application_name gssdelegation gsslib keepalives_count keepalives_interval krbsrvname ' +
  'max_protocol_version min_protocol_version replication require_auth requirepeer requiressl service servicefile ' +
  'sslcertmode sslcompression sslcrldir sslkeylogfile sslsni tcp_user_timeout ' +
  'connection_limit pgbouncer pool_timeout socket_timeout sslaccept sslidentity statement_cache_size ' +
  'idle_in_transaction_session_timeout lock_timeout query_timeout statement_timeout';

/** The rest of libpq's variables. */
const NOT_USED =
  'PGSERVICE PGSERVICEFILE PGSYSCONFDIR PGLOCALEDIR PGCLIENTENCODING PGDATESTYLE PGTZ PGGEQO PGREQUIREAUTH ' +
  'PGREQUIREPEER PGREQUIRESSL PGSSLCOMPRESSION PGSSLCRLDIR PGSSLSNI PGSSLCERTMODE PGKRBSRVNAME PGGSSLIB ' +
  'PGGSSDELEGATION PGLOADBALANCEHOSTS PGMINPROTOCOLVERSION PGMAXPROTOCOLVERSION';

/** Every variable that libpq, or the driver in its place, would read by itself. */
export const LIBPQ_VARIABLES: readonly string[] = [
  ...Object.values(UNDERSTOOD).filter((name) => name !== null),
  ...NOT_USED.split(' '),
];

export interface Parameter {
  readonly value: string;
  /** Variable that has it. */
  readonly variable: string;
  /** Whether the variable has it among others, in a URL. */
  readonly isInUrl: boolean;
}

export interface Parameters {
  readonly get: (keyword: Keyword) => Parameter | undefined;
  /** Names of what is not understood, in the order in which it was written. */
  readonly ignored: readonly string[];
}

/**
 * Reads those of a URL, and for what that does not say libpq's variables. Throws an `Expected` for a wrong URL:
 * beside a password in its query, an unknown parameter may be the rest of that, and must not be named.
 */
export function readParameters(url: string | null, variable: string, environment: Environment): Parameters {
  const written = url === null ? new Map<string, string>() : parametersIn(url);
  const get = (keyword: Keyword): Parameter | undefined => {
    const value = written.get(keyword);
    if (value !== undefined) return { value, variable, isInUrl: true };
    const name = UNDERSTOOD[keyword];
    const ambient = name === null ? undefined : environment[name] || undefined;
    return ambient === undefined || name === null
      ? undefined
      : { value: ambient, variable: name, isInUrl: false };
  };
  const unknown = [...written].filter(
    ([name, value]) => !Object.hasOwn(UNDERSTOOD, name) && !isMet(name, value),
  );
  const names = unknown.map(([name]) => name);
  if (hasSecret(url) && !names.every(isKnown)) throw new Expected(AN_ENCODED_ADDRESS);
  const unused = NOT_USED.split(' ').filter((name) => environment[name]);
  return { get, ignored: [...names, ...unused] };
}

/** Whether the query has a password, or may be the rest of one. */
const hasSecret = (url: string | null) => url !== null && /[?&](ssl)?password=|:.*\?.*@/s.test(url);
const isKnown = (name: string) => NOT_USED_IN_URL.split(' ').includes(name) || Object.hasOwn(MET, name);
const isMet = (name: string, value: string) => MET[name]?.includes(value.toLowerCase()) === true;
