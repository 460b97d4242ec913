/** A filter that is typed in: it counts when the typing has come to rest. */
import { useEffect, useRef, useState } from 'react';

const REST_MS = 350;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'search';
  readonly list?: string;
}

export function TextFilter({ label, value, onChange, type = 'text', list }: Props) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Changed from elsewhere, as by going back.
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  // What else has been filtered by since a key was hit is not to be undone.
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const say = (next: string) => {
    clearTimeout(timer.current);
    setSeen(next);
    latest.current(next);
  };
  return (
    <label className="filter">
      <span>{label}</span>
      <input
        type={type}
        value={text}
        list={list}
        maxLength={list === undefined ? 100 : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => {
          setText(target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            say(target.value);
          }, REST_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') say(text);
        }}
      />
    </label>
  );
}
