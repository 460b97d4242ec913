/** One field of a start form. */
import { useId } from 'react';
import type { Field, Filled } from './fields.js';
import { limitsOf } from './limits.js';

interface Props {
  readonly field: Field;
  readonly filled: Filled;
  readonly wrong: string | undefined;
  readonly onChange: (filled: Filled) => void;
}

export function FieldInput({ field, filled, wrong, onChange }: Props) {
  const id = useId();
  const hint = hintOf(field);
  const shared = {
    id,
    name: field.name,
    'aria-describedby': `${id}-wrong ${id}-hint`,
    'aria-invalid': wrong === undefined ? undefined : true,
    'aria-required': field.required ? true : undefined,
  };
  const change = (text: string) => {
    onChange({ ...filled, text });
  };
  return (
    <div className="field">
      <label className="field-name" htmlFor={id}>
        {field.name}
        {field.required ? <span className="field-needed"> needed</span> : null}
      </label>
      <div className="field-row">
        <Input field={field} filled={filled} shared={shared} change={change} />
        {field.kind !== 'any' ? null : (
          <select
            aria-label={`What ${field.name} is`}
            value={filled.json ? 'json' : 'text'}
            onChange={(event) => {
              onChange({ ...filled, json: event.target.value === 'json' });
            }}
          >
            <option value="text">text</option>
            <option value="json">JSON</option>
          </select>
        )}
      </div>
      <p id={`${id}-wrong`} className="wrong">
        {wrong}
      </p>
      <p id={`${id}-hint`} className="hint">
        {hint}
      </p>
    </div>
  );
}

interface InputProps {
  readonly field: Field;
  readonly filled: Filled;
  readonly shared: Readonly<Record<string, unknown>>;
  readonly change: (text: string) => void;
}

function Input({ field, filled, shared, change }: InputProps) {
  const placeholder = field.standard ?? '';
  const common = {
    ...shared,
    value: filled.text,
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => {
      change(event.target.value);
    },
  };
  switch (field.kind) {
    case 'boolean':
      return <Choice field={field} choices={[true, false]} common={common} />;
    case 'choice':
      return <Choice field={field} choices={field.choices} common={common} />;
    case 'json':
      return <textarea rows={2} placeholder={placeholder} {...common} />;
    case 'number':
      return <input type="text" inputMode="decimal" placeholder={placeholder} {...common} />;
    case 'text':
    case 'any':
      return <input type="text" placeholder={placeholder} {...common} />;
  }
}

interface ChoiceProps {
  readonly field: Field;
  readonly choices: readonly unknown[];
  readonly common: object;
}

function Choice({ field, choices, common }: ChoiceProps) {
  return (
    <select {...common}>
      <option value="">
        {field.standard === null ? '' : `default (${shown(JSON.parse(field.standard))})`}
      </option>
      {choices.map((choice) => (
        <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
          {shown(choice)}
        </option>
      ))}
    </select>
  );
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function hintOf({ declared, description, schema, standard, kind }: Field): string {
  if (!declared) return 'not declared, but used: a task that needs it fails without it';
  const parts = [
    description,
    limitsOf(schema),
    standard === null || kind === 'choice' || kind === 'boolean' ? '' : `default ${standard}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
