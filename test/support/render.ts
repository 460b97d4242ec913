import { inspectTask, renderTask, TemplateError, type TemplateValue } from '../../src/template/render.js';

/** Renders a task of one entry. Throws the TemplateError of one that cannot be rendered. */
export function renderScript(
  template: string,
  variables: Readonly<Record<string, TemplateValue>>,
): { text: string; env: Readonly<Record<string, string>> } {
  const { entries, env, problem } = renderTask([template], variables);
  if (problem) throw problem;
  return { text: entries[0] ?? '', env };
}

/** Looks over a task of one entry. Throws the TemplateError of one that does not parse. */
export function inspectScript(template: string, numbers?: ReadonlySet<string>) {
  const [found] = inspectTask([template], numbers);
  if (!found || found instanceof TemplateError) throw found ?? new Error('nothing was looked over');
  return found;
}
