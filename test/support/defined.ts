/** Definitions as a file gives them, for specs of single keys. */
import { type PipelineDefinition, type TaskDefinition, taskOf } from '../../src/domain/definition.js';
import { parsePipelines } from '../../src/pipelines/parse.js';

export interface Defined {
  readonly definition: PipelineDefinition;
  readonly task: TaskDefinition;
}

/** A task, or a handler, of the first pipeline of a file that is right. */
export function definedIn(text: string, name: string, path = 'pipelines.yml'): Defined {
  const { definitions, errors, warnings } = parsePipelines(path, Buffer.from(text));
  expect([errors, warnings]).toEqual([[], []]);
  const [definition] = definitions;
  const task = definition && taskOf(definition, name);
  if (!definition || !task) throw new Error('no task');
  return { definition, task };
}

/** What the file with one pipeline says of a key that is wrong, where the pipeline and where its task has it. */
export const errorsWith = (key: string): (readonly string[])[] =>
  [`{ ${key}, tasks: { a: { script: [a] } } }`, `{ tasks: { a: { script: [a], ${key} } } }`].map(
    (yaml) => parsePipelines('pipelines.yml', Buffer.from(`pipelines: { p: ${yaml} }`)).errors,
  );
