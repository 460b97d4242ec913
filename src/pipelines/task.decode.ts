/** Reads what runs: a task of a pipeline, or a handler. */

import type { HandlerDefinition, TaskDefinition } from '../domain/definition.js';
import type { HandlerName } from '../domain/handlers.js';
import { envNameProblem, envSizeProblem, nameProblem, quote, scriptProblem } from './limits.js';
import { decodeRetry } from './retry.decode.js';
import { inspectScripts } from './scripts.inspect.js';
import { entryOf, ownerOf, placeOfKey, warnOfUnknownKeys, type Owner } from './owner.js';
import { decodeShell, SHELL_KEYS } from './shell.decode.js';
import { decodeStopping, STOPPING_KEYS } from './stopping.decode.js';
import { placeOf, type TreeEntry } from './tree.js';
import { readDuration, readEnv, readFlag, readTexts } from './values.js';

const TASK_KEYS = {
  prunner: ['script', 'depends_on', 'allow_failure', 'env'],
  ours: ['timeout', 'retries', 'retry_delay', 'retry_on', ...STOPPING_KEYS, ...SHELL_KEYS],
  synonyms: new Map([['retry', 'retries']]),
};
const HANDLER_KEYS = { prunner: ['script', 'env'], ours: [] };

/** `numbers`: variables of the pipeline that are declared as numbers. */
export function decodeTask(
  pipeline: string,
  name: string,
  entry: TreeEntry,
  owner: Owner,
  numbers: ReadonlySet<string>,
): TaskDefinition {
  const invalidName = nameProblem('task', name);
  if (invalidName !== null) owner.report.invalid(entry.at, pipeline, invalidName);

  const task = ownerOf(owner.report, `task ${quote(name)} of ${owner.title}`, entry);
  warnOfUnknownKeys(task, TASK_KEYS, `task ${quote(name)}`, `${owner.title}: `);
  return {
    name,
    script: decodeScript(pipeline, `task ${quote(name)}`, task, numbers),
    dependsOn: readTexts(task, 'depends_on'),
    allowFailure: readFlag(task, 'allow_failure'),
    env: decodeEnv(pipeline, `task ${quote(name)}`, task),
    timeoutMs: readDuration(task, 'timeout') || null,
    retry: decodeRetry(pipeline, name, task),
    ...decodeStopping(pipeline, task),
    ...decodeShell(pipeline, task),
  };
}

export function decodeHandler(
  pipeline: string,
  name: HandlerName,
  owner: Owner,
  numbers: ReadonlySet<string>,
): HandlerDefinition | null {
  const entry = entryOf(owner, name);
  if (entry === null) return null;
  const handler = ownerOf(owner.report, `${name} of ${owner.title}`, entry);
  warnOfUnknownKeys(handler, HANDLER_KEYS, name, `${owner.title}: `);
  // The others have no number there where nothing has failed.
  const exitCodes = name === 'on_error' ? ['failedTaskExitCode'] : [];
  return {
    script: decodeScript(pipeline, name, handler, new Set([...numbers, ...exitCodes])),
    env: decodeEnv(pipeline, name, handler),
  };
}

function decodeScript(pipeline: string, of: string, owner: Owner, numbers: ReadonlySet<string>): string[] {
  const script = readTexts(owner, 'script');
  const problem = scriptProblem(of, script);
  if (problem !== null) owner.report.invalid(placeOfKey(owner, 'script'), pipeline, problem);
  else inspectScripts(`pipeline ${quote(pipeline)}: script of ${of}`, owner, numbers);
  return script;
}

export function decodeEnv(pipeline: string, of: string, owner: Owner): Record<string, string> {
  const env = readEnv(owner);
  const entry = entryOf(owner, 'env');
  if (entry === null || entry.value.kind !== 'map') return env;
  for (const [name, variable] of entry.value.entries) {
    const problem = envNameProblem(of, name);
    if (problem !== null) owner.report.invalid(variable.at, pipeline, problem);
  }
  const tooLarge = envSizeProblem(of, env);
  if (tooLarge !== null) owner.report.invalid(placeOf(entry), pipeline, tooLarge);
  return env;
}
