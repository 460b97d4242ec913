/**
 * What bash 5.2 reads otherwise than it is written: it writes the commands of `$(…)` and `<(…)` anew from what it has
 * understood, reads that again, and loses operators around the bodies of here-documents. In
 * `$(cat <<A … A eval :; echo x)` the `;` is lost, and eval gets `echo x`.
 *
 * Right are here-documents of simple commands that stand directly in the substitution, the last ones of their lines,
 * and behind them commands that no `;` divides. Held by a comparison with bash itself: test/fuzz/values.
 */
export class Rewritten {
  /** How deep inside each other the lists and coprocesses are that are read now. */
  #depth = 0;
  /** Here-documents that have begun. */
  #documents = 0;

  /** Reads a list of commands or a coprocess. */
  inside<T>(read: () => T): T {
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  get documents(): number {
    return this.#documents;
  }

  /** Notes a here-document. Returns whether bash misreads it. */
  begin({ isCompound }: { isCompound: boolean }): boolean {
    this.#documents += 1;
    return isCompound || this.#depth > 1;
  }

  /** Returns whether bash loses the operator behind a pipeline, before which there were so many documents. */
  loses(operator: string, documents: number): boolean {
    return operator !== '' && this.#documents > (operator === ';' ? 0 : documents);
  }
}
