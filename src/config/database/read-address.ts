/** Reads one database address from all that was written about it: a URL, libpq's variables, and settings of ours. */
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '../environment.js';
import { Expected } from '../expected.js';
import { type DatabaseAddress, type Password, type SessionTarget, WRITABLE_SESSIONS } from './address.js';
import { hostsOf } from './hosts.js';
import { type Parameters, readParameters } from './parameters.js';
import { Reader, type Written } from './reader.js';
import { sessionOptionsIn } from './session-options.js';
import { oneOf, tlsOf } from './tls.js';

export interface AddressSource {
  /** null: all is in libpq's variables. */
  readonly url: string | null;
  /** Setting that has the URL, or `PGHOST`. */
  readonly variable: string;
  /** For libpq's variables. */
  readonly environment: Environment;
  readonly user?: Written<string> | null;
  readonly password?: Written<Password> | null;
  readonly schema?: Written<string> | null;
}

export type ReadAddress =
  | { readonly address: DatabaseAddress; readonly problems: readonly [] }
  | { readonly address: null; readonly problems: readonly string[] };

const PASS_FILE = '.pgpass';
const APPLICATION = 'holdfast';
const MAX_SECONDS = 3600;
/** Postgres cuts longer names. */
const MAX_NAME_BYTES = 63;

export function readAddress(source: AddressSource): ReadAddress {
  const { url, variable, environment } = source;
  let parameters: Parameters;
  try {
    parameters = readParameters(url, variable, environment);
  } catch (error) {
    if (!(error instanceof Expected)) throw error;
    return { address: null, problems: [`${variable}: expected ${error.message}; found "…"`] };
  }
  const reader = new Reader(parameters);
  const address = addressOf(reader, source, parameters.ignored);
  return reader.problems.length > 0
    ? { address: null, problems: reader.problems }
    : { address, problems: [] };
}

/** For a URL that stands for itself. Throws an `Error` if it is wrong. */
export function addressIn(url: string): DatabaseAddress {
  const { address, problems } = readAddress({ url, variable: 'URL', environment: {} });
  if (address === null) throw new Error(problems.join('\n'));
  return address;
}

function addressOf(reader: Reader, source: AddressSource, ignored: readonly string[]): DatabaseAddress {
  const { read, text } = reader;
  const hosts = hostsOf(reader);
  const user = reader.own('user', source.user, (own) => own) ?? (text('user') || systemUser());
  if (user === '') reader.problems.push(`${source.variable}: expected a user; found none`);
  const options = read('options', sessionOptionsIn) ?? { settings: {}, ignored: [] };
  read('gssencmode', gssIn);
  return Object.freeze({
    variable: source.variable,
    hosts,
    database: text('dbname') || user,
    user,
    password:
      reader.own('password', source.password, textOf) ?? read('password', textPassword) ?? NO_PASSWORD,
    passFile: read('passfile', (file) => resolve(file)) ?? join(homedir(), PASS_FILE),
    tls: tlsOf(reader),
    // Several hosts are one that takes writes and its replicas.
    target: read('target_session_attrs', targetIn) ?? 'read-write',
    schema: schemaOf(reader, source, options.settings),
    settings: options.settings,
    applicationName: text('application_name') || APPLICATION,
    connectMs: read('connect_timeout', millisecondsIn) || null,
    keepAliveMs:
      read('keepalives', oneOf(['0', '1'])) === '0' ? null : (read('keepalives_idle', millisecondsIn) ?? 0),
    ignored: [...ignored, ...options.ignored],
  });
}

const NO_PASSWORD: Password = { kind: 'none' };
const textPassword = (text: string): Password => ({ kind: 'text', text });
const textOf = (password: Password) => (password.kind === 'text' ? password.text : null);

function schemaOf(
  reader: Reader,
  { schema: own }: AddressSource,
  settings: Readonly<Record<string, string>>,
): string | null {
  const schema = reader.own('schema', own, (name) => name) ?? reader.read('schema', schemaIn);
  if (schema !== null && Object.hasOwn(settings, 'search_path'))
    reader.refuse('options', 'without a search_path, because the schema is set');
  return schema;
}

/** Also for the setting. */
export function schemaIn(text: string): string {
  if (Buffer.byteLength(text) > MAX_NAME_BYTES || text.includes('\0') || /^pg_/.test(text))
    throw new Expected(`the name of a schema, of at most ${MAX_NAME_BYTES} bytes and without pg_ in front`);
  return text;
}

/** The service writes, so a session that must not is of no use. */
function targetIn(text: string): SessionTarget {
  if (['read-only', 'standby', 'prefer-standby'].includes(text))
    throw new Expected('read-write, primary or any, because the service writes');
  return oneOf(WRITABLE_SESSIONS)(text);
}

function gssIn(text: string): void {
  if (oneOf(['disable', 'prefer', 'require'])(text) === 'require')
    throw new Expected('disable or prefer, because GSSAPI is not supported');
}

/** Negative ones are none, as in libpq. */
function millisecondsIn(text: string): number {
  const seconds = /^-?\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (!(seconds <= MAX_SECONDS)) throw new Expected(`whole seconds up to ${MAX_SECONDS}`);
  return Math.max(seconds, 0) * 1000;
}

/** In a container the user may have no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
