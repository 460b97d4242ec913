/** Every setting by its environment variable: what it means, what is expected, and how it is read. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { DurationError, parseDuration } from '../domain/duration.js';
import { headerName, hostNames, jwksUrl, jwtSecret } from './authentication.read.js';
import type { Authentication, AuthenticationSettings } from './authentication.js';
import type { DatabaseAddress } from './database/address.js';
import type { DatabaseSettings } from './database/databases.js';
import { schemaIn } from './database/read-address.js';
import { Expected } from './expected.js';
import { basePath, origins, proxies } from './gateway.read.js';
import { readableFile } from './readable-file.js';
import { passwordFile, passwordIn, textIn, withoutNul } from './secret.read.js';

export { Expected };
import { type Format, FORMATS, type Level, LEVELS } from '../telemetry/log.js';

export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Absolute paths. */
export interface SettingsFiles {
  readonly all: readonly string[];
  /** Those with settings that tasks must not see. */
  readonly withSecrets: readonly string[];
}

export interface Config extends AuthenticationSettings, DatabaseSettings {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  /** null: the embedded Postgres. */
  readonly database: DatabaseAddress | null;
  /** The same database, for a role that may change tables; null: that of `database` may. */
  readonly migrationDatabase: DatabaseAddress | null;
  /** Whether a start applies missing migrations. */
  readonly migrate: boolean;
  /** Database connections for requests of callers; null: as many as usual. */
  readonly apiConnections: number | null;
  /** Database connections for claims, ends and output of tasks; null: as many as usual. */
  readonly workerConnections: number | null;
  /** Absolute folder of what this process keeps on disk: the embedded Postgres. */
  readonly dataFolder: string;
  /** Absolute folder below which pipeline files are looked for. */
  readonly pipelinesPath: string;
  readonly pipelinesPattern: string;
  /** Whether pipeline files are loaded again when they change. */
  readonly watch: boolean;
  /** Milliseconds between two looks at them. */
  readonly watchMs: number;
  readonly role: Role;
  /** Tasks that this worker runs side by side. */
  readonly workerSlots: number;
  /** What a worker is called over its restarts; null: it is to be given a name. */
  readonly workerName: string | null;
  /** User, or user and group, that tasks run as, by names or numbers; null: the service's own. */
  readonly taskUser: string | null;
  /** Files of the working directory that settings are read from; none unless `taskUser` is set. */
  readonly settingsFiles: SettingsFiles;
  /** Milliseconds without a heartbeat after which a worker is called dead. */
  readonly leaseMs: number;
  /** Milliseconds that running tasks have to end after SIGTERM. */
  readonly graceMs: number;
  /** Bytes kept of each of a task's two streams. */
  readonly outputLimit: number;
  /** Milliseconds that finished jobs of a pipeline without a file are kept (9.8); null: for ever. */
  readonly orphanRetentionMs: number | null;
  /** What every route begins with, such as `/jobs-api`; null: nothing. */
  readonly basePath: string | null;
  /** Addresses and networks whose `X-Forwarded-*` are believed. */
  readonly trustedProxies: readonly string[];
  /** Origins of web pages that may ask, as browsers spell them. */
  readonly corsOrigins: readonly string[];
  /** Requests a second that one caller may make; 0: as many as it likes. */
  readonly rateLimit: number;
  /** Who may call: what comes of the settings about it. */
  readonly authentication: Authentication;
  /** Where numbers are served: `on`: on the port of all; a port: there; `off`: nowhere. */
  readonly metrics: 'on' | 'off' | number;
  /** Where spans are sent; null: nowhere. */
  readonly traceUrl: string | null;
  /** Of the collector, for whatever it takes; `traceUrl` comes first. */
  readonly otlpUrl: string | null;
  readonly logFormat: Format;
  /** The least that is logged. */
  readonly logLevel: Level;
  /** What a task inherits: the environment without the service's own secrets (8.6). */
  readonly taskEnvironment: Readonly<Record<string, string>>;
}

export interface Setting<K extends keyof Config = keyof Config> {
  readonly key: K;
  readonly variable: string;
  /** prunner's name for it, read where ours is not set. */
  readonly prunner?: string;
  /** Reads the text of prunner's variable, where it is written in another way. */
  readonly readPrunner?: (text: string) => Config[K];
  readonly about: string;
  /** As the help prints it. */
  readonly fallback: string;
  /** Whether its text is never repeated, because it is or may hold a secret. */
  readonly secret?: boolean;
  /** How the value is found in the file that `NAME_FILE` names, an absolute path; without it there is no such variable. */
  readonly readFile?: (file: string) => Config[K];
  /** The value where there is neither a text nor a fallback; null without it. */
  readonly absent?: Config[K];
  /** The value for a text; throws an `Expected` that says what the text should have been. */
  readonly read: (text: string) => Config[K];
}

const integer = (from: number, to: number) => (text: string) => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(value >= from && value <= to)) throw new Expected(`a whole number from ${from} to ${to}`);
  return value;
};

const path = (text: string) => resolve(withoutNul(text));

const oneOf =
  <T extends string>(names: readonly T[]) =>
  (text: string): T => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw new Expected(names.join(', '));
    return found;
  };

function flag(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new Expected('on, off');
  return text === 'on';
}

/** As Go's `strconv.ParseBool` reads it. */
function goFlag(text: string): boolean {
  if (/^(1|t|T|true|True|TRUE)$/.test(text)) return true;
  if (!/^(0|f|F|false|False|FALSE)$/.test(text)) throw new Expected('true, false');
  return false;
}

const WATCH_INTERVAL_MS = { least: 100, most: 24 * 3_600_000 };

function watchInterval(text: string): number {
  const value = duration(text) ?? 0;
  if (value < WATCH_INTERVAL_MS.least || value > WATCH_INTERVAL_MS.most)
    throw new Expected('a duration from 100ms to 1d, such as 30s');
  return value;
}

function metrics(text: string): 'on' | 'off' | number {
  if (text === 'on' || text === 'off') return text;
  if (!/^\d+$/.test(text)) throw new Expected('on, off, or a port');
  return integer(0, 65535)(text);
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Expected('an address such as http://collector:4318');
  return text;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const SIZES = { least: 1024, most: 1024 ** 3 };

function bytes(text: string): number {
  const [, count, unit] = /^(\d{1,9})(|KiB|MiB|GiB)$/.exec(text) ?? [];
  const value = Number(count) * (UNITS[unit ?? ''] ?? NaN);
  if (!(value >= SIZES.least && value <= SIZES.most))
    throw new Expected('a size from 1KiB to 1GiB, such as 64MiB');
  return value;
}

function duration(text: string): number | null {
  try {
    return parseDuration(text) || null;
  } catch (error) {
    if (error instanceof DurationError) throw new Expected('a duration, such as 12h or 30d');
    throw error;
  }
}

function taskUser(text: string): string {
  if (!/^[^\s:/-][^\s:/]{0,255}(:[^\s:/-][^\s:/]{0,255})?$/.test(withoutNul(text)))
    throw new Expected('a user, or user:group, by names or numbers');
  return text;
}

function workerName(text: string): string {
  if (!/^[\x21-\x7e]{1,100}$/.test(text)) throw new Expected('1 to 100 visible ASCII characters');
  return text;
}

/** Years, if somebody wants that; what a timer can wait. */
const LONGEST_GRACE_MS = 2 ** 31 - 1;

function grace(text: string): number {
  const value = duration(text) ?? 0;
  if (value < 0 || value > LONGEST_GRACE_MS) throw new Expected('a duration from 0 to 24d, such as 30s');
  return value;
}

/** Postgres has 100 for all, unless it is told otherwise. */
const MAX_POOL = 500;

const setting = <K extends keyof Config>(one: Setting<K>) => one;

/** With a port it would be looked for among the names of machines. */
function host(text: string): string {
  if (/^(?!.*:.*:)[^:]*:|\s/.test(withoutNul(text)) || text.startsWith('['))
    throw new Expected('an address or a name without a port, which is PORT');
  return text;
}

/** prunner's address is host and port in one: `:9009`, `localhost:9009`, `[::1]:9009`. */
const address = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/;
const expectedAddress = 'host:port, such as localhost:8080';

export function hostOf(text: string): string {
  const match = address.exec(text);
  if (match === null) throw new Expected(expectedAddress);
  return match[1] ?? (match[2] === '' ? '0.0.0.0' : (match[2] as string));
}

export function portOf(text: string): number {
  const match = address.exec(text);
  if (match === null) throw new Expected(expectedAddress);
  return integer(0, 65535)(match[3] as string);
}

export const SETTINGS = [
  setting({
    key: 'host',
    variable: 'HOST',
    about: 'address to listen on; one of this machine only, unless it is said who may call',
    fallback: '127.0.0.1',
    read: host,
  }),
  setting({
    key: 'port',
    variable: 'PORT',
    about: 'port to listen on; 0 takes a free one',
    fallback: '8080',
    read: integer(0, 65535),
  }),
  setting({
    key: 'databaseUrl',
    variable: 'DATABASE_URL',
    about: 'Postgres to use; without it that of PGHOST and its like, or else an embedded one',
    fallback: '',
    secret: true,
    read: withoutNul,
    readFile: textIn,
  }),
  setting({
    key: 'databaseUser',
    variable: 'HOLDFAST_DATABASE_USER',
    about: 'role to connect as, where DATABASE_URL names none',
    fallback: '',
    read: withoutNul,
    readFile: textIn,
  }),
  setting({
    key: 'databasePassword',
    variable: 'HOLDFAST_DATABASE_PASSWORD',
    about: 'its password, where DATABASE_URL has none; a file is read again for each new connection',
    fallback: '',
    secret: true,
    read: passwordIn,
    readFile: passwordFile,
  }),
  setting({
    key: 'schema',
    variable: 'HOLDFAST_SCHEMA',
    about: 'schema of the tables, made if it is not there; also `?schema=` in DATABASE_URL',
    fallback: '',
    read: schemaIn,
  }),
  setting({
    key: 'migrationUrl',
    variable: 'HOLDFAST_MIGRATION_URL',
    about: 'the same database with a role that may change tables, where that of DATABASE_URL may not',
    fallback: '',
    secret: true,
    read: withoutNul,
    readFile: textIn,
  }),
  setting({
    key: 'migrationUser',
    variable: 'HOLDFAST_MIGRATION_USER',
    about: 'such a role, without an address of its own',
    fallback: '',
    read: withoutNul,
    readFile: textIn,
  }),
  setting({
    key: 'migrationPassword',
    variable: 'HOLDFAST_MIGRATION_PASSWORD',
    about: 'its password',
    fallback: '',
    secret: true,
    read: passwordIn,
    readFile: passwordFile,
  }),
  setting({
    key: 'migrate',
    variable: 'HOLDFAST_MIGRATE',
    about: 'off: a start does not migrate the database, and fails if `npm run migrate` has not',
    fallback: 'on',
    read: flag,
  }),
  setting({
    key: 'apiConnections',
    variable: 'HOLDFAST_API_CONNECTIONS',
    about: 'database connections of this process, at most, for requests of callers (10; behind a pooler 4)',
    fallback: '',
    read: integer(1, MAX_POOL),
  }),
  setting({
    key: 'workerConnections',
    variable: 'HOLDFAST_WORKER_CONNECTIONS',
    about: 'the same for claims, ends and output of tasks (10; behind a pooler 4)',
    fallback: '',
    read: integer(1, MAX_POOL),
  }),
  setting({
    key: 'dataFolder',
    variable: 'HOLDFAST_DATA',
    prunner: 'PRUNNER_DATA',
    about: 'folder of the embedded Postgres',
    fallback: '.holdfast',
    read: path,
  }),
  setting({
    key: 'pipelinesPath',
    variable: 'HOLDFAST_PATH',
    prunner: 'PRUNNER_PATH',
    about: 'folder below which pipeline files are looked for',
    fallback: '.',
    read: path,
  }),
  setting({
    key: 'pipelinesPattern',
    variable: 'HOLDFAST_PATTERN',
    prunner: 'PRUNNER_PATTERN',
    about:
      'pipeline files in it: names and globs, with commas; ' +
      'in a checkout (below a folder with .git) only files that are named',
    fallback: '**/pipelines.{yml,yaml}',
    read: withoutNul,
  }),
  setting({
    key: 'watch',
    variable: 'HOLDFAST_WATCH',
    prunner: 'PRUNNER_WATCH',
    readPrunner: goFlag,
    about: 'on: load pipeline files again when they change, not only on SIGUSR1',
    fallback: 'off',
    read: flag,
  }),
  setting({
    key: 'watchMs',
    variable: 'HOLDFAST_WATCH_INTERVAL',
    prunner: 'PRUNNER_POLL_INTERVAL',
    about: 'how often HOLDFAST_WATCH looks at the files',
    fallback: '1s',
    read: watchInterval,
  }),
  setting({
    key: 'role',
    variable: 'HOLDFAST_ROLE',
    about: 'all, api (answers, runs no tasks) or worker (runs tasks, answers only health and numbers)',
    fallback: 'all',
    read: oneOf(ROLES),
  }),
  setting({
    key: 'workerSlots',
    variable: 'HOLDFAST_WORKER_SLOTS',
    about: 'tasks that this worker runs side by side (4 for each core)',
    fallback: String(Math.min(4 * availableParallelism(), 1000)),
    read: integer(1, 1000),
  }),
  setting({
    key: 'workerName',
    variable: 'HOLDFAST_WORKER_NAME',
    about:
      'what this worker is called, also after a restart: it then takes care at once of what it left running; ' +
      'no two at the same time (of its own with the embedded Postgres, else a new one each time)',
    fallback: '',
    read: workerName,
  }),
  setting({
    key: 'taskUser',
    variable: 'HOLDFAST_TASK_USER',
    about:
      'user, or user:group, that tasks run as, by names or numbers, with a HOME and a TMPDIR of its own; ' +
      'needs root, or capabilities (without it: the user of the service)',
    fallback: '',
    read: taskUser,
  }),
  setting({
    key: 'leaseMs',
    variable: 'HOLDFAST_LEASE_SECONDS',
    about: 'a worker that has written no heartbeat for so long is called dead; the same for all processes',
    fallback: '60',
    read: (text) => integer(3, 3600)(text) * 1000,
  }),
  setting({
    key: 'graceMs',
    variable: 'HOLDFAST_GRACE',
    about: 'how long running tasks may go on after SIGTERM',
    fallback: '30s',
    read: grace,
  }),
  setting({
    key: 'outputLimit',
    variable: 'HOLDFAST_OUTPUT_LIMIT',
    about: "bytes kept of each of a task's two streams; what is beyond is cut, and said",
    fallback: '64MiB',
    read: bytes,
  }),
  setting({
    key: 'orphanRetentionMs',
    variable: 'HOLDFAST_ORPHAN_RETENTION',
    about: 'how long finished jobs of a pipeline that is in no file any more are kept; 0: for ever',
    fallback: '30d',
    read: duration,
  }),
  setting({
    key: 'basePath',
    variable: 'HOLDFAST_BASE_PATH',
    about: 'what every route begins with, such as /jobs-api; health and numbers are answered without it, too',
    fallback: '',
    read: basePath,
  }),
  setting({
    key: 'trustedProxies',
    variable: 'HOLDFAST_TRUSTED_PROXIES',
    about:
      'whose X-Forwarded-For, -Proto and -Host, and HOLDFAST_USER_HEADER, are believed: addresses and networks, with commas',
    fallback: '',
    absent: [],
    read: proxies,
  }),
  setting({
    key: 'corsOrigins',
    variable: 'HOLDFAST_CORS_ORIGINS',
    about: 'origins of web pages elsewhere that may ask, such as https://app.example.com, with commas',
    fallback: '',
    absent: [],
    read: origins,
  }),
  setting({
    key: 'rateLimit',
    variable: 'HOLDFAST_RATE_LIMIT',
    about: 'requests a second that one caller may make of this process; 0: as many as it likes',
    fallback: '0',
    read: integer(0, 100_000),
  }),
  setting({
    key: 'auth',
    variable: 'HOLDFAST_AUTH',
    about: 'off: whoever reaches the service may do everything, also from other machines',
    fallback: 'on',
    read: flag,
  }),
  setting({
    key: 'jwtSecret',
    variable: 'HOLDFAST_JWT_SECRET',
    prunner: 'PRUNNER_JWT_SECRET',
    about: 'callers have tokens signed by HS256 with this secret of at least 16 characters',
    fallback: '',
    secret: true,
    read: jwtSecret,
    readFile: (file) => jwtSecret(textIn(file)),
  }),
  setting({
    key: 'jwksUrl',
    variable: 'HOLDFAST_JWKS_URL',
    about: 'callers have tokens signed by RS256 or ES256, whose public keys are at this address',
    fallback: '',
    secret: true,
    read: jwksUrl,
  }),
  setting({
    key: 'jwtKeyFile',
    variable: 'HOLDFAST_JWT_KEY_FILE',
    about: 'the same with the public keys in this file: PEM, JWK or JWKS',
    fallback: '',
    read: readableFile,
  }),
  setting({
    key: 'jwtIssuer',
    variable: 'HOLDFAST_JWT_ISSUER',
    about: 'whose tokens count (`iss`)',
    fallback: '',
    read: withoutNul,
  }),
  setting({
    key: 'jwtAudience',
    variable: 'HOLDFAST_JWT_AUDIENCE',
    about: 'what tokens have to be for (`aud`)',
    fallback: '',
    read: withoutNul,
  }),
  setting({
    key: 'tokenStrict',
    variable: 'HOLDFAST_TOKEN_STRICT',
    about: 'on: refuse tokens that lack the claim scope or pipelines, and so could do or see everything',
    fallback: 'off',
    read: flag,
  }),
  setting({
    key: 'userHeader',
    variable: 'HOLDFAST_USER_HEADER',
    about: 'callers are who HOLDFAST_TRUSTED_PROXIES say in this header, such as X-Forwarded-User',
    fallback: '',
    read: headerName,
  }),
  setting({
    key: 'hosts',
    variable: 'HOLDFAST_HOSTS',
    about: 'names by which it may be called where there is no authentication, with commas',
    fallback: '',
    absent: [],
    read: hostNames,
  }),
  setting({
    key: 'metrics',
    variable: 'HOLDFAST_METRICS',
    about:
      'on: /metrics for Prometheus on the port of all, open to whoever reaches it; a port: there; or off',
    fallback: 'on',
    read: metrics,
  }),
  setting({
    key: 'traceUrl',
    variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    about: 'the whole address that OpenTelemetry spans are sent to (OTLP over HTTP, as JSON)',
    fallback: '',
    read: httpUrl,
  }),
  setting({
    key: 'otlpUrl',
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    about: 'the collector that spans are sent to, at /v1/traces below it; without either there are none',
    fallback: '',
    read: httpUrl,
  }),
  setting({
    key: 'logFormat',
    variable: 'HOLDFAST_LOG_FORMAT',
    about: 'json: a line an event for machines; text: for people (text in a terminal, else json)',
    fallback: process.stdout.isTTY ? 'text' : 'json',
    read: oneOf(FORMATS),
  }),
  setting({
    key: 'logLevel',
    variable: 'HOLDFAST_LOG_LEVEL',
    about: 'the least that is logged: debug, info, warn or error',
    fallback: 'info',
    read: oneOf(LEVELS),
  }),
] as const;
