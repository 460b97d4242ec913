/** This room's front: the entries of a task as Go templates, rendered for bash with every value as data. */

import { readTask } from './bash/meaning/read-task.js';
import { NotUnderstood } from './bash/grammar/reader.js';
import { evaluate } from './go/evaluate.js';
import { parseTemplate } from './go/parser.js';
import { TemplateError } from './go/template-error.js';
import type { TemplateValue } from './go/values.js';
import { type Outline, outlineOf, read, type Reading } from './outline.js';
import { placeValues, problemOf } from './place-values.js';
import { ValueNames } from './value-names.js';

export { inspectTask, type ScriptWarning } from './inspect.js';
export { parseTemplate } from './go/parser.js';
export { TemplateError } from './go/template-error.js';
export type { TemplateValue } from './go/values.js';

export interface RenderedTask {
  /** Shell texts of the entries, up to the first that cannot be rendered. */
  readonly entries: readonly string[];
  /** To be in the environment of the shell that runs them all. */
  readonly env: Readonly<Record<string, string>>;
  /** Why the next entry cannot be rendered; null: all are. */
  readonly problem: TemplateError | null;
}

/** Entries of a task share a shell: what one declares changes what the values in another mean. */
export function renderTask(
  sources: readonly string[],
  variables: Readonly<Record<string, TemplateValue>>,
): RenderedTask {
  const outlines = sources.map((source) => attempt(() => outline(source, variables)));
  const task = new Task(outlines);
  const entries: string[] = [];
  for (const [entry, prepared] of outlines.entries()) {
    const text = prepared instanceof TemplateError ? prepared : attempt(() => task.render(entry, prepared));
    if (text instanceof TemplateError) return { entries, env: task.environment(), problem: text };
    entries.push(text);
  }
  return { entries, env: task.environment(), problem: null };
}

function attempt<T>(work: () => T): T | TemplateError {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function outline(source: string, variables: Readonly<Record<string, TemplateValue>>): Outline {
  if (!source.includes('{{')) return { source, text: source, values: [] };
  return outlineOf(source, evaluate(source, parseTemplate(source), variables));
}

class Task {
  private readonly names = new ValueNames();
  /** Empty where no value stands in the task. */
  private readonly readings: readonly (Reading | NotUnderstood | null)[];
  private readonly reading: ReturnType<typeof readTask>;

  constructor(private readonly outlines: readonly (Outline | TemplateError)[]) {
    const known = outlines.map((prepared) => (prepared instanceof TemplateError ? null : prepared));
    const hasValues = known.some((prepared) => prepared !== null && prepared.values.length > 0);
    this.readings = hasValues
      ? known.map(
          (prepared) =>
            prepared &&
            read(
              prepared.text,
              prepared.values.map(({ at }) => at),
            ),
        )
      : [];
    const scripts = this.readings.map((reading) =>
      reading instanceof NotUnderstood ? null : (reading?.script ?? null),
    );
    this.reading = readTask(scripts, (entry, index) => known[entry]?.values[index]?.text ?? null);
  }

  environment(): Record<string, string> {
    return this.names.environment();
  }

  render(entry: number, prepared: Outline): string {
    if (prepared.values.length === 0) return prepared.text;
    const reading = this.readings[entry];
    if (!reading || reading instanceof NotUnderstood) throw this.notUnderstood(prepared, entry);
    const other = this.readings.findIndex((one) => one instanceof NotUnderstood);
    if (other >= 0) throw this.notUnderstood(prepared, other);
    const { requirements, obstacle } = this.reading;
    if (obstacle !== null)
      throw problemOf(
        prepared,
        0,
        `no value can stand in a task that may change how bash reads it: ${obstacle}`,
      );
    return placeValues(
      prepared,
      reading,
      requirements.filter((one) => one.entry === entry),
      this.names,
    );
  }

  private notUnderstood(prepared: Outline, entry: number): TemplateError {
    const reading = this.readings[entry];
    const outlined = this.outlines[entry];
    const own = outlined === prepared;
    if (!(reading instanceof NotUnderstood) || outlined instanceof TemplateError || !outlined)
      return problemOf(prepared, 0, 'the script is not understood');
    const line = outlined.text.slice(0, reading.at).split('\n').length;
    const place = own ? `line ${line}` : `entry ${entry + 1}, line ${line}`;
    return problemOf(
      prepared,
      0,
      `no value can stand in a script that is not understood: ${place}: ${reading.message}`,
    );
  }
}
