/** Reads connection parameters one by one, and gathers what is wrong with them. */
import { Expected } from '../expected.js';
import type { Keyword, Parameter, Parameters } from './parameters.js';

/** A value, with the setting that has it. */
export interface Written<T> {
  readonly value: T;
  readonly variable: string;
}

/** Values that are never repeated. */
const SECRET: readonly Keyword[] = ['password', 'sslpassword'];
const MAX_SHOWN = 100;

export class Reader {
  readonly problems: string[] = [];
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  /** Returns null for what is not written, or wrong. */
  readonly read = <T>(keyword: Keyword, read: (text: string) => T): T | null => {
    const parameter = this.#parameters.get(keyword);
    if (parameter === undefined) return null;
    try {
      return read(parameter.value);
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      this.#report(keyword, parameter, error.message);
      return null;
    }
  };

  readonly text = (keyword: Keyword): string => this.read(keyword, (text) => text) ?? '';

  /** For what is wrong only beside another parameter. */
  readonly refuse = (keyword: Keyword, expected: string): void => {
    const parameter = this.#parameters.get(keyword);
    if (parameter !== undefined) this.#report(keyword, parameter, expected);
  };

  /** Returns the value of a setting of ours, which a URL must not contradict; libpq's variables only fill its gaps. */
  readonly own = <T>(
    keyword: Keyword,
    own: Written<T> | null | undefined,
    textOf: (value: T) => string | null,
  ): T | null => {
    if (own === null || own === undefined) return null;
    const parameter = this.#parameters.get(keyword);
    if (parameter?.isInUrl === true && parameter.value !== textOf(own.value))
      this.problems.push(
        `${own.variable}: expected ${parameter.variable} to have the same ${keyword} or none; found another one`,
      );
    return own.value;
  };

  #report(keyword: Keyword, { value, variable, isInUrl }: Parameter, expected: string): void {
    const found = SECRET.includes(keyword) ? '…' : value.slice(0, MAX_SHOWN);
    this.problems.push(
      `${variable}: expected ${isInUrl ? `${keyword} to be ` : ''}${expected}; found ${JSON.stringify(found)}`,
    );
  }
}
