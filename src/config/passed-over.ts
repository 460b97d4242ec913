/** What somebody may have meant as a setting and is none: a name that is nearly one, a line of `.env` without a name. */
import { parse } from 'dotenv';
import { nearest } from '../domain/nearest.js';

/** The command line's own, and what a task is told: this may be a service that a task of another one starts. */
const OTHERS = /^HOLDFAST_(URL|TOKEN|TASK)$/;
/** Kubernetes tells every container of a Service called `holdfast` where that is. */
const KUBERNETES = /^HOLDFAST_(.*_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;

/** A line for each variable with our prefix that no setting has; `known`: their names. */
export function unknownSettings(names: readonly string[], known: readonly string[]): readonly string[] {
  return names
    .filter((name) => /^HOLDFAST_/i.test(name) && !known.includes(name))
    .filter((name) => !OTHERS.test(name) && !KUBERNETES.test(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `${name}: there is no such setting${meant === null ? '; see --help' : `; did you mean ${meant}?`}`;
    });
}

/** A line for each variable of prunner that means nothing here; `known`: those that are understood. */
export function unknownPrunnerSettings(
  names: readonly string[],
  known: readonly string[],
): readonly string[] {
  return names
    .filter((name) => /^PRUNNER_/.test(name) && !known.includes(name))
    .filter((name) => !KUBERNETES.test(name.replace('PRUNNER', 'HOLDFAST')))
    .map((name) => `${name}: Holdfast has no setting for this one of prunner; see --help`);
}

/** A line for each one that is neither empty, nor a comment, nor NAME=value; only its number, for it may hold a secret. */
export function oddLines(file: string, text: string): readonly string[] {
  const values = Object.values(parse(text)).filter((value) => value.includes('\n'));
  return text.split(/\r?\n/).flatMap((line, at) => {
    const plain = line.trim();
    if (/^($|#|(export\s+)?[\w.-]+(\s*=|:\s))/.test(plain)) return [];
    // Of a value in quotes over several lines; its last one ends with the quote.
    if (values.some((value) => value.includes(plain.replace(/["'`].*$/, '')))) return [];
    return [`${file}: line ${at + 1} is no NAME=value and is passed over`];
  });
}
