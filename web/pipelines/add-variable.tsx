/** A variable that the pipeline does not declare may be brought along. */
import { useState } from 'react';

interface Props {
  readonly taken: readonly string[];
  readonly onAdd: (name: string) => void;
}

export function AddVariable({ taken, onAdd }: Props) {
  const [name, setName] = useState('');
  const usable = name.trim() !== '' && !taken.includes(name.trim()) && !name.trim().startsWith('__');
  const add = () => {
    if (!usable) return;
    onAdd(name.trim());
    setName('');
  };
  return (
    <div className="field">
      <label className="field-name" htmlFor="add-variable">
        Another variable
      </label>
      <div className="field-row">
        <input
          id="add-variable"
          type="text"
          placeholder="name"
          value={name}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setName(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
        <button type="button" className="button" disabled={!usable} onClick={add}>
          Add
        </button>
      </div>
    </div>
  );
}
