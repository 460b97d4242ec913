/** Decides which database the service uses, and by which role it is migrated, from all settings about that. */
import type { Environment } from '../environment.js';
import type { DatabaseAddress, Password } from './address.js';
import { readAddress } from './read-address.js';
import type { Written } from './reader.js';

export interface DatabaseSettings {
  readonly databaseUrl: string | null;
  readonly databaseUser: string | null;
  readonly databasePassword: Password | null;
  readonly migrationUrl: string | null;
  readonly migrationUser: string | null;
  readonly migrationPassword: Password | null;
  readonly schema: string | null;
}
type Key = keyof DatabaseSettings;

/** A value that is wrong is undefined, and counts as set. */
export type GivenDatabase = { readonly [K in Key]?: DatabaseSettings[K] | undefined };

export interface Databases {
  /** null: it is wrong, or the embedded one. */
  readonly database: DatabaseAddress | null;
  /** The same database, for a role that may change tables; null: that of `database` may. */
  readonly migrationDatabase: DatabaseAddress | null;
  /** Whether nothing names a database. */
  readonly isEmbedded: boolean;
  readonly problems: readonly string[];
}

const NO_DATABASE = { database: null, migrationDatabase: null, isEmbedded: false };
const NO_PASSWORD: Password = { kind: 'none' };
/** Settings that are of no use without a database. */
const DETAILS = [
  'databaseUser',
  'databasePassword',
  'migrationUrl',
  'migrationUser',
  'migrationPassword',
] as const;

/** `variables`: where each setting stands. libpq's variables name a database if they name its host. */
export function databasesOf(
  given: GivenDatabase,
  variables: Readonly<Record<Key, string>>,
  environment: Environment,
): Databases {
  const written = <K extends Key>(key: K): WrittenSetting<K> => {
    const value = given[key];
    return value ? { value, variable: variables[key] } : null;
  };
  if (given.databaseUrl === undefined) return { ...NO_DATABASE, problems: [] };
  if (given.databaseUrl === null && !environment['PGHOST']) {
    const needed = DETAILS.filter((key) => given[key] !== null).map((key) => variables[key]);
    const expected = 'expected DATABASE_URL or PGHOST to be set as well; found none';
    return {
      ...NO_DATABASE,
      isEmbedded: true,
      problems: needed.map((variable) => `${variable}: ${expected}`),
    };
  }
  const { address: database, problems } = readAddress({
    url: given.databaseUrl,
    variable: given.databaseUrl === null ? 'PGHOST' : variables.databaseUrl,
    environment,
    user: written('databaseUser'),
    password: written('databasePassword'),
    schema: written('schema'),
  });
  if (database === null) return { ...NO_DATABASE, problems };

  return { database, isEmbedded: false, ...migrationOf(database, written, environment) };
}

function migrationOf(
  database: DatabaseAddress,
  written: <K extends Key>(key: K) => WrittenSetting<K>,
  environment: Environment,
): Pick<Databases, 'migrationDatabase' | 'problems'> {
  const [url, user, password] = [
    written('migrationUrl'),
    written('migrationUser'),
    written('migrationPassword'),
  ];
  if (url !== null) {
    const schema = database.schema === null ? null : { value: database.schema, variable: database.variable };
    const source = { url: url.value, variable: url.variable, environment, user, password, schema };
    const { address, problems } = readAddress(source);
    return { migrationDatabase: address, problems };
  }
  const variable = (user ?? password)?.variable;
  if (variable === undefined) return { migrationDatabase: null, problems: [] };
  const role = { user: user?.value ?? database.user, password: password?.value ?? NO_PASSWORD };
  return { migrationDatabase: { ...database, ...role, variable }, problems: [] };
}

type WrittenSetting<K extends Key> = Written<NonNullable<DatabaseSettings[K]>> | null;
