/** A task's entries as shell texts, as far as they can be rendered. */
import { renderTask, TemplateError, type TemplateValue } from '../template/render.js';

type Environment = Readonly<Record<string, string>>;

/**
 * Stands where an entry cannot be rendered, and is no shell text: if its turn comes, the task ends there (6.4);
 * if a script has ended itself before, it does not come.
 */
const UNRENDERED = '__holdfast_unrendered )';

/** Whether the end that bash gave to a script is that of an entry that could not be rendered. */
export const isUnrendered = (message: string) => message.includes(UNRENDERED);

export interface RenderedEntries {
  readonly entries: readonly string[];
  /** Values that the entries refer to. */
  readonly env: Environment;
  /** Why the last of them cannot be rendered; null: all can. */
  readonly problem: TemplateError | null;
}

/** `variables` came as JSON. */
export function renderEntries(
  script: readonly string[],
  variables: Readonly<Record<string, unknown>>,
): RenderedEntries {
  const rendered = renderTask(script, variables as Readonly<Record<string, TemplateValue>>);
  const { env } = rendered;
  const nul = rendered.entries.findIndex((entry) => entry.includes('\0'));
  const entries = nul < 0 ? rendered.entries : rendered.entries.slice(0, nul);
  const problem = nul < 0 ? rendered.problem : new TemplateError('a script must not contain NUL');
  return { entries: problem ? [...entries, UNRENDERED] : entries, env, problem };
}
