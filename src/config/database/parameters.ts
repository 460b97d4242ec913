/** The connection parameters that are understood, where each may be written, and those that are passed over. */
import type { Environment } from '../environment.js';
import { parametersIn } from './url.js';

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

/** Reads those of a URL, and for what that does not say libpq's variables. Throws an `Expected` for a wrong URL. */
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
  const unused = NOT_USED.split(' ').filter((name) => environment[name]);
  return { get, ignored: [...unknown.map(([name]) => name), ...unused] };
}

const isMet = (name: string, value: string) => MET[name]?.includes(value.toLowerCase()) === true;
