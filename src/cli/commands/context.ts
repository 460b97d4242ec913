/** What every command is given. */
import type { Service } from '../ask/service.js';
import type { Out } from '../view/out.js';

export interface Context {
  readonly service: Service;
  readonly out: Out;
  readonly err: Out;
  /** Whether the answer is for a program. */
  readonly json: boolean;
  /** Whether what was printed can be printed over. */
  readonly isLive: boolean;
  /** To the user, about what goes on. */
  readonly note: (text: string) => void;
  /** As the user would write it, to ask the same service. */
  readonly commandLine: (...words: string[]) => string;
}
