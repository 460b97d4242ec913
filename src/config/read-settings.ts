/** Reads settings from the environment: each from its variable, from prunner's, or from the file that `NAME_FILE` names. */
import { resolve } from 'node:path';
import { scrub } from '../telemetry/scrub.js';
import type { Environment } from './environment.js';
import { Expected } from './expected.js';
import type { Setting } from './settings.js';

const MAX_SHOWN = 100;

export const fileVariableOf = ({ variable }: Pick<Setting, 'variable'>): string => `${variable}_FILE`;

export class SettingsReader {
  readonly problems: string[] = [];
  /** Maps keys to values; undefined: the text is wrong. */
  readonly values: Record<string, unknown> = {};
  /** Variable of each value, by key. */
  readonly variables: Record<string, string> = {};
  readonly #environment: Environment;

  constructor(environment: Environment, settings: readonly Setting[]) {
    this.#environment = environment;
    for (const setting of settings) this.#read(setting);
  }

  /** An empty variable counts as not set. */
  get(variable: string | undefined): string | undefined {
    return variable === undefined ? undefined : this.#environment[variable] || undefined;
  }

  /** Returns undefined for a text that is wrong. */
  attempt<V>(
    variable: string,
    text: string,
    { read, secret = false }: { read: (text: string) => V; secret?: boolean },
  ): V | undefined {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      const found = secret ? '…' : scrub(text.slice(0, MAX_SHOWN));
      this.problems.push(`${variable}: expected ${error.message}; found ${JSON.stringify(found)}`);
      return undefined;
    }
  }

  #read(setting: Setting): void {
    const { key, variable: own, prunner, readFile, readPrunner, fallback, absent = null } = setting;
    const variable =
      prunner !== undefined && this.get(own) === undefined && this.get(prunner) ? prunner : own;
    const [text, file] = [this.get(variable), readFile && this.get(fileVariableOf(setting))];
    this.variables[key] = variable;
    if (readFile !== undefined && file !== undefined) {
      const fileVariable = fileVariableOf(setting);
      if (text !== undefined)
        this.problems.push(`${fileVariable}: expected ${variable} not to be set as well; found both`);
      this.variables[key] = fileVariable;
      this.values[key] = this.attempt(fileVariable, file, { read: (path) => readFile(resolve(path)) });
      return;
    }
    const found = text ?? fallback;
    const read = (variable === prunner && readPrunner) || setting.read;
    this.values[key] = found === '' ? absent : this.attempt(variable, found, { ...setting, read });
  }
}
