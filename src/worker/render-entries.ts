/** A task's entries as shell texts, as far as they can be rendered. */
import { renderScript, TemplateError, type TemplateValue } from '../template/render.js';

type Environment = Readonly<Record<string, string>>;

export interface RenderedEntries {
  readonly entries: readonly string[];
  /** What the entries refer to. */
  readonly env: Environment;
  /** Why the entry after these cannot be rendered; null: there is none. */
  readonly problem: TemplateError | null;
}

/** `variables` came as JSON. */
export function renderEntries(
  script: readonly string[],
  variables: Readonly<Record<string, unknown>>,
): RenderedEntries {
  const entries: string[] = [];
  let env: Environment = {};
  for (const source of script) {
    try {
      const rendered = renderScript(source, variables as Readonly<Record<string, TemplateValue>>, env);
      entries.push(rendered.text);
      env = rendered.env;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { entries, env, problem: error };
    }
  }
  return { entries, env, problem: null };
}
