/** The one error that loading pipelines ends in; it carries everything that was found wrong. */

export class PipelinesError extends Error {
  override readonly name = 'PipelinesError';

  constructor(
    readonly messages: readonly string[],
    readonly warnings: readonly string[] = [],
  ) {
    super(messages.join('\n'));
  }
}
