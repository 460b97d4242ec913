/** Looks for a text in the output, and goes from line to line that has it. */
import { type KeyboardEvent, type RefObject } from 'react';
import { Glyph } from '../parts/glyph.js';
import type { Found } from './use-search.js';

interface Props {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly wanted: string;
  readonly found: Found;
  /** Which of the lines found, from 0; null: none yet. */
  readonly at: number | null;
  readonly onWanted: (wanted: string) => void;
  readonly onMove: (by: 1 | -1) => void;
}

export function SearchBox({ input, wanted, found, at, onWanted, onMove }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      onMove(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') onWanted('');
  };
  const none = found.lines.length === 0;
  return (
    <div className="output-search" role="search">
      <Glyph name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search the output"
        placeholder="Search"
        value={wanted}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          onWanted(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      {wanted === '' ? null : (
        <>
          <span className="output-found" role="status">
            {none
              ? found.isDone
                ? 'nothing'
                : 'looking…'
              : `${at === null ? '–' : (at + 1).toLocaleString()} of ${countOf(found)}`}
          </span>
          <button
            type="button"
            className="tool"
            aria-label="Line before"
            disabled={none}
            onClick={() => {
              onMove(-1);
            }}
          >
            <Glyph name="up" />
          </button>
          <button
            type="button"
            className="tool"
            aria-label="Next line"
            disabled={none}
            onClick={() => {
              onMove(1);
            }}
          >
            <Glyph name="down" />
          </button>
        </>
      )}
    </div>
  );
}

const countOf = ({ lines, isDone, isFull }: Found) =>
  `${lines.length.toLocaleString()}${isFull || !isDone ? '+' : ''}`;
