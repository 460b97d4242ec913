/** Which variables a refused schedule was refused for, out of what the service says: `variable "a" must be …; variable "b" …`. */

export interface Refused {
  /** By variable, as a sentence of its own. */
  readonly wrong: ReadonlyMap<string, string>;
  /** What names none; '': nothing. */
  readonly rest: string;
}

const START = 'Error scheduling pipeline: ';
/** The name is JSON; what follows it may itself have a semicolon, as in a pattern. */
const NAMED = /^variable ("(?:[^"\\]|\\.)*")(:?) (.*)$/s;

export function refusedFor(message: string, names: readonly string[]): Refused {
  if (!message.startsWith(START)) return { wrong: new Map(), rest: message };
  const wrong = new Map<string, string>();
  const rest: string[] = [];
  for (const problem of message.slice(START.length).split(/; (?=variable "|and there is more)/)) {
    const [, quoted = '""', colon, words = ''] = NAMED.exec(problem) ?? [];
    const name = JSON.parse(quoted) as string;
    if (!names.includes(name)) rest.push(problem);
    // Behind a colon it begins with a place in the value, which is spelt as it is.
    else wrong.set(name, joined(wrong.get(name), colon === '' ? sentence(words) : words));
  }
  return { wrong, rest: sentence(rest.join('; ')) };
}

const joined = (before: string | undefined, next: string) =>
  before === undefined ? next : `${before}. ${next}`;

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
