/** A job's variables in one line. */
import type { Variables } from '../api/types.js';

/** More is not seen. */
const LONGEST = 160;

interface Props {
  readonly variables: Variables | undefined;
  readonly truncated: boolean | undefined;
}

export function VariablesLine({ variables = {}, truncated = false }: Props) {
  const entries = Object.entries(variables);
  if (entries.length === 0) return truncated ? <span className="quiet">many variables</span> : null;
  return (
    <span className="variables-line">
      {entries.slice(0, 12).map(([name, value]) => (
        <span key={name}>
          <b>{name}</b>={shown(value)}{' '}
        </span>
      ))}
    </span>
  );
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
