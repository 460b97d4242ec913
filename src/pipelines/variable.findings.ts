/** What is found wrong or doubtful about one declared variable, said with its name. */

import { quote } from './limits.js';
import type { Owner } from './owner.js';

export class VariableFindings {
  private count = 0;

  constructor(
    private readonly pipeline: string,
    private readonly name: string,
    private readonly owner: Owner,
  ) {}

  /** Whether there was an error, so that what follows from it need not be said too. */
  isBroken(): boolean {
    return this.count > 0;
  }

  error(at: number, message: string): void {
    this.count++;
    this.owner.report.invalid(at, this.pipeline, `variable ${quote(this.name)}: ${message}`);
  }

  warning(at: number, message: string): void {
    this.owner.report.warning(at, `${this.owner.title}: variable ${quote(this.name)}: ${message}`);
  }
}
