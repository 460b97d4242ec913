/** What a job was started with. */
import type { Variables } from '../api/types.js';

export function VariablesTable({ variables }: { variables: Variables }) {
  const entries = Object.entries(variables);
  if (entries.length === 0) return null;
  return (
    <section className="card" aria-labelledby="variables-title">
      <h2 id="variables-title">Variables</h2>
      <dl className="variables">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
