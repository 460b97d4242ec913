/** Reads `options`, Postgres's command line for a session, as server settings by name. */
import { Expected } from '../expected.js';

export interface SessionOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** Switches that are no settings. */
  readonly ignored: readonly string[];
}

const SETTING = /^([A-Za-z_][\w.-]*)=(.*)$/s;

/** `-c name=value` and `--name=value`, separated by spaces; a backslash keeps a space. */
export function sessionOptionsIn(text: string): SessionOptions {
  const settings: Record<string, string> = {};
  const ignored: string[] = [];
  const words = (text.match(/(?:\\.|[^\s\\])+/gs) ?? []).map((word) => word.replace(/\\(.)/gs, '$1'));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    const [, flag = '', rest = ''] = /^(-c|--|)(.*)$/s.exec(word) ?? [];
    if (flag === '') {
      ignored.push(`options ${word.slice(0, 2)}`);
      continue;
    }
    const [, name, value] =
      SETTING.exec(flag === '-c' && rest === '' ? (words[(at += 1)] ?? '') : rest) ?? [];
    if (name === undefined || value === undefined) throw new Expected('-c name=value');
    settings[name.replaceAll('-', '_').toLowerCase()] = value;
  }
  return { settings, ignored };
}
