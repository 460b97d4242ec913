// What was answered how often, and which answers that the document promises were never seen.

export class Coverage {
  #counts = new Map();

  add(service, what, status) {
    const name = `${service.padEnd(7)} ${what.padEnd(26)} ${status}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get whole() {
    return [...this.#counts.values()].reduce((sum, times) => sum + times, 0);
  }

  lines() {
    return [...this.#counts].sort().map(([name, times]) => `${name}  ${times}`);
  }

  /** Of each operation: that it was had from each service, and that each reason to refuse a caller was met. */
  missing(services, operations) {
    return operations.flatMap(({ method, path, operation: { responses } }) => {
      const what = `${method} ${path}`;
      const good = Object.keys(responses).filter((status) => /^2/.test(status));
      return services.flatMap(({ name, guarded }) => {
        const wanted = guarded ? ['401', '403', '429'].filter((status) => status in responses) : [];
        return [...good, ...wanted]
          .map((status) => `${name.padEnd(7)} ${what.padEnd(26)} ${status}`)
          .filter((line) => !this.#counts.has(line));
      });
    });
  }
}
