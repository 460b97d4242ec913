/** The only reader of the environment: all of it checked at once, the result frozen. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import { authenticationOf } from './authentication.js';
import type { DatabaseAddress } from './database/address.js';
import { databasesOf, type GivenDatabase } from './database/databases.js';
import { LIBPQ_VARIABLES } from './database/parameters.js';
import type { Environment } from './environment.js';
import { oddLines, unknownPrunnerSettings, unknownSettings } from './passed-over.js';
import { PRUNNER_FILE } from './prunner-file.js';
import { fileVariableOf, SettingsReader } from './read-settings.js';
import { type Config, hostOf, portOf, type Setting, SETTINGS, type SettingsFiles } from './settings.js';

const ALL = SETTINGS as readonly Setting[];

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
  /^(HOLDFAST_|PRUNNER_|DATABASE_URL(_FILE)?$|PG(PASSWORD|PASSFILE|HOST|HOSTADDR|PORT|USER|SERVICE|SERVICEFILE|SSLKEY)$|OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$)/;
/** What `npm start` adds about itself; `npm_config_*` may be meant for tasks. */
const NPM = /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$)/;
/** Our own `.npmrc`, which `npm start` exports: an `npm ci` in a task follows the settings of its own project. */
const OUR_NPMRC = /^npm_config_(ignore_scripts|fund)$/;

/** prunner's own variables that are no name of a setting of ours. */
const PRUNNER_ONLY = ['PRUNNER_ADDRESS', 'PRUNNER_CONFIG', 'PRUNNER_ENV_FILES'];

/**
 * Files with variables, in the order in which the later one counts. The process's own environment comes before all of
 * them for settings, and behind them for tasks, as in prunner (8.6).
 */
function filesOf(environment: Environment): readonly string[] {
  const named = environment['PRUNNER_ENV_FILES'] || '.env,.env.local';
  return named.split(',').flatMap((file) => file.trim() || []);
}

/** A later file counts more. */
const variablesInFiles = (environment: Environment): Environment =>
  Object.assign({}, ...filesOf(environment).map((file) => parse(textOf(file)))) as Environment;

/** Takes libpq's variables out of the process's own, because the driver would read them by itself. */
export function readEnvironment(process_: Record<string, string | undefined> = process.env): Environment {
  const environment = { ...variablesInFiles(process_), ...process_ };
  for (const name of LIBPQ_VARIABLES) Reflect.deleteProperty(process_, name);
  return environment;
}

/** What may have been meant for the service and is passed over, a line each. */
export function passedOver(environment: Environment): readonly string[] {
  const names = Object.keys(environment).filter((name) => environment[name] !== undefined);
  const known = ALL.flatMap((one) =>
    one.readFile === undefined ? [one.variable] : [one.variable, fileVariableOf(one)],
  );
  const prunner = [...ALL.flatMap((one) => one.prunner ?? []), ...PRUNNER_ONLY];
  return [
    ...filesOf(environment).flatMap((file) => oddLines(file, textOf(file))),
    ...unknownSettings(names, known),
    ...unknownPrunnerSettings(names, prunner),
  ];
}

function settingsFiles(environment: Environment): SettingsFiles {
  const ownIn = (file: string) => Object.keys(parse(textOf(file))).some((name) => OWN.test(name));
  const prunnerFile = environment['PRUNNER_CONFIG'] || PRUNNER_FILE;
  const all = [...filesOf(environment), prunnerFile].filter((file) => existsSync(file));
  const withSecrets = all.filter((file) => file === prunnerFile || ownIn(file));
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
  const reader = new SettingsReader(environment, ALL);
  const { values, variables, problems } = reader;
  const address = reader.get('PRUNNER_ADDRESS');
  const hostFrom = address !== undefined && reader.get('HOST') === undefined ? 'PRUNNER_ADDRESS' : 'HOST';
  if (hostFrom === 'PRUNNER_ADDRESS')
    values['host'] = reader.attempt(hostFrom, address ?? '', { read: hostOf });
  if (address !== undefined && reader.get('PORT') === undefined)
    values['port'] = reader.attempt('PRUNNER_ADDRESS', address, { read: portOf });

  const decided = authenticationOf(values, {
    secret: String(variables['jwtSecret']),
    host: hostFrom,
    prunnerFile: reader.get('PRUNNER_CONFIG') ?? null,
  });
  values['authentication'] = decided.authentication;
  problems.push(...decided.problems);

  const databases = databasesOf(values, variables as DatabaseVariables, environment);
  values['database'] = databases.database;
  values['migrationDatabase'] = databases.migrationDatabase;
  problems.push(...databases.problems);
  // No other process migrates it.
  if (databases.isEmbedded && values['migrate'] === false)
    problems.push('HOLDFAST_MIGRATE: expected on, because DATABASE_URL is not set; found "off"');

  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  values['settingsFiles'] =
    values['taskUser'] === null ? { all: [], withSecrets: [] } : settingsFiles(environment);
  values['taskEnvironment'] = Object.freeze(taskEnvironment(environment));
  return Object.freeze(values) as unknown as Config;
}

const DATABASE_KEYS = [
  'databaseUrl',
  'databaseUser',
  'databasePassword',
  'migrationUrl',
  'migrationUser',
  'migrationPassword',
  'schema',
] as const;
type DatabaseVariables = Record<(typeof DATABASE_KEYS)[number], string>;

/** The database for `npm run migrate`, which no other setting keeps from working. */
export function readMigrationDatabase(environment: Environment): DatabaseAddress {
  const { values, variables, problems } = new SettingsReader(environment, DATABASE_KEYS.map(settingOf));
  const given = values as GivenDatabase;
  const names = variables as DatabaseVariables;
  const all = databasesOf(given, names, environment);
  // It needs no role but the one that migrates.
  const {
    database,
    migrationDatabase,
    problems: more,
  } = all.isEmbedded && typeof given.migrationUrl === 'string'
    ? databasesOf(
        {
          ...given,
          databaseUrl: given.migrationUrl,
          databaseUser: given.migrationUser,
          databasePassword: given.migrationPassword,
          migrationUrl: null,
          migrationUser: null,
          migrationPassword: null,
        },
        {
          ...names,
          databaseUrl: names.migrationUrl,
          databaseUser: names.migrationUser,
          databasePassword: names.migrationPassword,
        },
        environment,
      )
    : all;
  problems.push(...more);
  const address = migrationDatabase ?? database;
  if (address === null && problems.length === 0)
    problems.push('DATABASE_URL: expected the database to migrate, or HOLDFAST_MIGRATION_URL; found none');
  if (address === null || problems.length > 0) throw new ConfigError(problems);
  return address;
}

const settingOf = (key: keyof Config) => ALL.find((one) => one.key === key) as Setting;

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
  // Python keeps what it prints to a pipe for itself until there are some KiB of it.
  const inherited: Record<string, string> = { PYTHONUNBUFFERED: '1' };
  for (const [name, value] of Object.entries({ ...environment, ...variablesInFiles(environment) })) {
    if (value === undefined || OWN.test(name) || NPM.test(name)) continue;
    if (isStartedByNpm && OUR_NPMRC.test(name)) continue;
    inherited[name] = value;
  }
  return inherited;
}

function orElse({ prunner, readFile }: Setting): string {
  const file = readFile === undefined ? [] : ['in a file that …_FILE names'];
  const others = prunner === undefined ? file : [prunner, ...file];
  return others.length === 0 ? '' : ` (or ${others.join(', or ')})`;
}

/** What `--help` prints. */
export function help(): string {
  const rows = ALL.map((one) => [
    one.variable,
    `${one.about}${one.fallback === '' ? '' : ` [${one.fallback}]`}${orElse(one)}`,
  ]);
  rows.push(
    ['PRUNNER_ADDRESS', 'host:port, where HOST and PORT are not set'],
    ['PRUNNER_CONFIG', 'file with jwt_secret, where nothing else says who may call [.prunner.yml]'],
    ['PRUNNER_ENV_FILES', 'files with variables, with commas; a later one counts more [.env,.env.local]'],
  );
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
