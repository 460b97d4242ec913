/** The secret that prunner has left in its own file: read where no other way to know callers is set (2.3). */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isSecret, SHORTEST_SECRET } from './authentication.read.js';

export const PRUNNER_FILE = '.prunner.yml';

export type PrunnerFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: string }
  | { kind: 'problem'; readonly problem: string };

/**
 * `named`: the file that PRUNNER_CONFIG names; null: the one of this folder, if it is there. A file that is of no use is a
 * mistake, and never means that the API is open.
 */
export function readPrunnerFile(named: string | null): PrunnerFile {
  const file = named ?? PRUNNER_FILE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' && named === null
      ? { kind: 'none' }
      : { kind: 'problem', problem: `${file}: cannot be read: ${message}` };
  }
  const secret = secretIn(text);
  return secret === null
    ? {
        kind: 'problem',
        problem: `${file}: expected a jwt_secret of at least ${SHORTEST_SECRET} characters; found none`,
      }
    : { kind: 'secret', secret };
}

/** Nothing of the text is repeated, so the reason that the parser has is not told. */
function secretIn(text: string): string | null {
  try {
    // Every scalar as it is written: a secret of digits is no number.
    const { jwt_secret: secret } = (parse(text, { schema: 'failsafe', logLevel: 'error' }) ?? {}) as Record<
      string,
      unknown
    >;
    return typeof secret === 'string' && isSecret(secret) ? secret : null;
  } catch {
    return null;
  }
}
