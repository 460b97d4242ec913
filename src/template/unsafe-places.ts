/** Knows the commands that take a value for code however it is quoted. */

import type { Site } from './shell-site.js';

/** As many words of a command are looked at. */
const WORDS = 100;
const SHELL = /^(?:ba|da|k|z|a)?sh$/;
/** The option whose argument is a program, by interpreter. */
const PROGRAM_OPTIONS: readonly (readonly [RegExp, RegExp])[] = [
  [SHELL, /^-[a-z]*c[a-z]*$/],
  [/^(?:su|runuser)$/, /^(?:-c|--command(?:=.*)?)$/],
  [/^python[0-9.]*$/, /^-[a-zA-Z]*c$/],
  [/^(?:perl|ruby)$/, /^-[a-zA-Z]*[eE]$/],
  [/^node(?:js)?$/, /^(?:-e|-p|--eval|--print)$/],
  [/^php$/, /^-r$/],
  [/^(?:psql|mysql|mariadb)$/, /^(?:-c|-e|--command|--execute)$/],
];
const READS_PROGRAM =
  /^(?:(?:ba|da|k|z|a)?sh|ssh|python[0-9.]*|perl|ruby|node|php|psql|mysql|mariadb|sqlite3)$/;
const SSH_OPTIONS_WITH_VALUE = /^-[BbcDEeFIiJLlmOopQRSWw]$/;

/** Why the place cannot be made safe; nothing where it can. */
export function unsafePlace(site: Site): string | undefined {
  return roleWarning(site) ?? commandWarning(site);
}

function roleWarning({ role }: Site): string | undefined {
  switch (role) {
    case 'text':
      return undefined;
    case 'number':
      return 'a value in an arithmetic expression is evaluated: any but a number fails the task';
    case 'subscript':
      return 'a value in a subscript is evaluated: any but a plain word or a number fails the task';
    case 'name':
      return 'a value is part of a variable name: any but letters, digits and underscores fails the task';
    case 'delimiter':
      return 'a value is the delimiter of a here-document, which fails the task';
  }
}

function commandWarning(site: Site): string | undefined {
  const words = site.words
    .slice(0, Math.min(site.inHereDocument ? Infinity : site.wordCount, WORDS))
    .map(unquoted);
  if (site.inHereDocument) {
    const reader = words.find((word) => READS_PROGRAM.test(word));
    return reader === undefined
      ? undefined
      : `a value in the here-document that ${reader} reads is code to it`;
  }
  const name = builtinOf(site);
  if (name === 'eval' || name === 'trap') return `a value in the argument of ${name} is run as code`;
  const program = words.findIndex((word, i) => takesProgram(word, words.slice(i + 1)));
  if (program >= 0) return `a value in the program that is given to ${words[program] ?? ''} is code to it`;
  const ssh = words.indexOf('ssh');
  if (ssh >= 0 && hasHost(words.slice(ssh + 1)))
    return 'a value in a command for ssh is code to the shell over there';
  if (namesVariable(site))
    return `a value names a variable for ${name}: one with a subscript, which is evaluated, fails the task`;
  return undefined;
}

function takesProgram(word: string, args: readonly string[]): boolean {
  const option = PROGRAM_OPTIONS.find(([interpreter]) => interpreter.test(word))?.[1];
  return option !== undefined && args.some((arg) => option.test(arg));
}

function hasHost(args: readonly string[]): boolean {
  return args.some((arg, i) => !arg.startsWith('-') && !SSH_OPTIONS_WITH_VALUE.test(args[i - 1] ?? ''));
}

/** Commands that take their argument for the name of a variable, and evaluate its subscript. */
export function namesVariable(site: Site): boolean {
  const { words, wordCount, wordText, inHereDocument } = site;
  const name = builtinOf(site);
  if (inHereDocument) return false;
  if (name === 'read' || name === 'unset' || name === 'mapfile' || name === 'readarray') return true;
  if (name === 'printf' || name === 'test' || name === '[') return words[wordCount - 1] === '-v';
  return /^(?:declare|typeset|local|readonly|export)$/.test(name) && !wordText.includes('=');
}

/** `./bin/export` is a program of the author's, not the shell's export. */
const builtinOf = ({ words }: Site): string => withoutQuotes(words[0] ?? '');

const withoutQuotes = (word: string): string => word.replace(/['"\\]/g, '');
const unquoted = (word: string): string => withoutQuotes(word).replace(/^.*\//s, '');
