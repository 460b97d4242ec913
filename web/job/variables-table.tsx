/** What a job was started with. */
import { useQuery } from '@tanstack/react-query';
import type { Variables } from '../api/types.js';
import { pipelines } from '../app/queries.js';

interface Props {
  readonly pipeline: string;
  readonly variables: Variables;
}

export function VariablesTable({ pipeline, variables }: Props) {
  const { data = [] } = useQuery(pipelines);
  const declared = data.find((one) => one.pipeline === pipeline)?.variables ?? {};
  const entries = inOrder(variables, Object.keys(declared));
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

/** As they are declared, which a job does not keep, then the others. */
function inOrder(variables: Variables, declared: readonly string[]): [string, unknown][] {
  const place = (name: string) => (declared.includes(name) ? declared.indexOf(name) : declared.length);
  return Object.entries(variables).sort(([one], [other]) => place(one) - place(other));
}
