/** The one error this room throws: a template that does not parse, or cannot be carried out, in Go's wording. */

export const TEMPLATE_NAME = 'interpolate';

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
