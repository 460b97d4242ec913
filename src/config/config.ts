/** The only reader of the environment: all of it checked at once, the result frozen. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import { authenticationOf } from './authentication.js';
import { scrub } from '../telemetry/scrub.js';
import { oddLines, unknownSettings } from './passed-over.js';
import { PRUNNER_FILE } from './prunner-file.js';
import {
  type Config,
  Expected,
  hostOf,
  portOf,
  type Setting,
  SETTINGS,
  type SettingsFiles,
} from './settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the environment, a line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** The service's own, which no task may see (8.6). */
const OWN =
  /^(HOLDFAST_|PRUNNER_|DATABASE_URL$|PG(PASSWORD|PASSFILE|HOST|HOSTADDR|PORT|USER|SERVICE|SERVICEFILE|SSLKEY)$|OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$)/;
/** What `npm start` adds about itself; `npm_config_*` may be meant for tasks. */
const NPM = /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/;
/** Our own `.npmrc`, which `npm start` exports: an `npm ci` in a task follows the settings of its own project. */
const OUR_NPMRC = /^npm_config_(ignore_scripts|fund)$/;

/** Of this folder, the first that has a setting; the process's own environment comes before both. */
const FILES = ['.env.local', '.env'];

export function readEnvironment(process_: Environment = process.env): Environment {
  return Object.assign({}, ...FILES.map((file) => parse(textOf(file))).reverse(), process_) as Environment;
}

/** What may have been meant for the service and is passed over, a line each. */
export function passedOver(environment: Environment): readonly string[] {
  const names = Object.keys(environment).filter((name) => environment[name] !== undefined);
  const known = (SETTINGS as readonly Setting[]).map(({ variable }) => variable);
  return [...FILES.flatMap((file) => oddLines(file, textOf(file))), ...unknownSettings(names, known)];
}

function settingsFiles(): SettingsFiles {
  const ownIn = (file: string) => Object.keys(parse(textOf(file))).some((name) => OWN.test(name));
  const all = [...FILES, PRUNNER_FILE].filter((file) => existsSync(file));
  const withSecrets = all.filter((file) => file === PRUNNER_FILE || ownIn(file));
  const paths = (files: readonly string[]) => files.map((file) => resolve(file));
  return { all: paths(all), withSecrets: paths(withSecrets) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError([`${file}: cannot be read: ${(error as Error).message}`]);
  }
}

/** Throws a `ConfigError` that names every variable with a problem. An empty variable counts as not set. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const get = (name: string | undefined) => (name === undefined ? undefined : environment[name] || undefined);

  const attempt = <V>(
    variable: string,
    text: string,
    { read, secret = false }: { read: (text: string) => V; secret?: boolean },
  ): V | undefined => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      const found = secret ? '…' : scrub(text.slice(0, 100));
      problems.push(`${variable}: expected ${error.message}; found ${JSON.stringify(found)}`);
      return undefined;
    }
  };

  const values: Record<string, unknown> = {};
  for (const setting of SETTINGS as readonly Setting[]) {
    const variable =
      get(setting.variable) === undefined && get(setting.prunner) ? setting.prunner : setting.variable;
    const text = get(variable) ?? setting.fallback;
    values[setting.key] = text === '' ? (setting.absent ?? null) : attempt(variable as string, text, setting);
  }
  const address = get('PRUNNER_ADDRESS');
  const hostFrom = address !== undefined && get('HOST') === undefined ? 'PRUNNER_ADDRESS' : 'HOST';
  if (hostFrom === 'PRUNNER_ADDRESS') values['host'] = attempt(hostFrom, address ?? '', { read: hostOf });
  if (address !== undefined && get('PORT') === undefined)
    values['port'] = attempt('PRUNNER_ADDRESS', address, { read: portOf });

  const secretFrom = get('HOLDFAST_JWT_SECRET') === undefined ? 'PRUNNER_JWT_SECRET' : 'HOLDFAST_JWT_SECRET';
  const decided = authenticationOf(values, { secret: secretFrom, host: hostFrom });
  values['authentication'] = decided.authentication;
  problems.push(...decided.problems, ...embeddedProblems(values));

  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  values['settingsFiles'] = values['taskUser'] === null ? { all: [], withSecrets: [] } : settingsFiles();
  values['taskEnvironment'] = Object.freeze(taskEnvironment(environment));
  return Object.freeze(values) as unknown as Config;
}

/** The embedded Postgres has one role, and no other process migrates it. */
function* embeddedProblems({
  databaseUrl,
  migrationUrl,
  migrate,
}: Record<string, unknown>): Iterable<string> {
  if (databaseUrl !== null) return;
  if (migrationUrl !== null)
    yield 'HOLDFAST_MIGRATION_URL: expected DATABASE_URL to be set as well; found none';
  if (migrate === false) yield 'HOLDFAST_MIGRATE: expected on, because DATABASE_URL is not set; found "off"';
}

/** The address for `npm run migrate`, which no other setting keeps from working; `variable` has it. */
export function readMigrationUrl(environment: Environment): { url: string; variable: string } {
  for (const key of ['migrationUrl', 'databaseUrl'] as const) {
    const { variable, read } = settingOf(key);
    const text = environment[variable] || undefined;
    if (text === undefined) continue;
    try {
      return { url: read(text) as string, variable };
    } catch (error) {
      throw new ConfigError([`${variable}: expected ${(error as Error).message}; found "…"`]);
    }
  }
  throw new ConfigError([
    'DATABASE_URL: expected the database to migrate, or HOLDFAST_MIGRATION_URL; found none',
  ]);
}

const settingOf = (key: keyof Config) =>
  (SETTINGS as readonly Setting[]).find((one) => one.key === key) as Setting;

/** How to say what is wrong with the rest; a wrong one is among that, so the default has to do here. */
export function readLogConfig(environment: Environment): Pick<Config, 'logFormat' | 'logLevel'> {
  const read = ({ variable, fallback, read }: Setting) => {
    try {
      return read(environment[variable] || fallback);
    } catch {
      return read(fallback);
    }
  };
  return {
    logFormat: read(settingOf('logFormat')) as Config['logFormat'],
    logLevel: read(settingOf('logLevel')) as Config['logLevel'],
  };
}

function taskEnvironment(environment: Environment): Record<string, string> {
  const isStartedByNpm = environment['npm_lifecycle_event'] !== undefined;
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || OWN.test(name) || NPM.test(name)) continue;
    if (isStartedByNpm && OUR_NPMRC.test(name)) continue;
    inherited[name] = value;
  }
  return inherited;
}

/** What `--help` prints. */
export function help(): string {
  const rows = (SETTINGS as readonly Setting[]).map((one) => [
    one.variable,
    `${one.about}${one.fallback === '' ? '' : ` [${one.fallback}]`}${one.prunner === undefined ? '' : ` (or ${one.prunner})`}`,
  ]);
  rows.push(['PRUNNER_ADDRESS', 'host:port, where HOST and PORT are not set']);
  const width = Math.max(...rows.map(([name]) => (name as string).length));
  return [
    'Holdfast, a pipeline job service that never lets go of a job.',
    '',
    'Usage: npm start [-- --help]',
    '',
    'Settings, read from the environment, .env.local and .env, the first that has it:',
    ...rows.map(([name, about]) => `  ${(name as string).padEnd(width)}  ${about}`),
  ].join('\n');
}
