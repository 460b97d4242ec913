/** Larger, smaller, or so that all of it is seen. */
import { Glyph } from '../parts/glyph.js';

const STEP = 1.25;
const LEAST = 0.25;
const MOST = 2;

interface Props {
  readonly scale: number;
  /** At which all of it is seen. */
  readonly whole: number;
  readonly onZoom: (scale: number) => void;
}

export function GraphZoom({ scale, whole, onZoom }: Props) {
  const least = Math.min(LEAST, whole);
  return (
    <div className="graph-zoom" role="group" aria-label="Size of the graph">
      <button
        type="button"
        className="icon-button"
        aria-label="Smaller"
        title="Smaller"
        disabled={scale <= least}
        onClick={() => {
          onZoom(Math.max(least, scale / STEP));
        }}
      >
        <Glyph name="minus" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="All of it"
        title="All of it"
        disabled={scale === whole}
        onClick={() => {
          onZoom(whole);
        }}
      >
        <Glyph name="fit" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Larger"
        title="Larger"
        disabled={scale >= MOST}
        onClick={() => {
          onZoom(Math.min(MOST, scale * STEP));
        }}
      >
        <Glyph name="plus" />
      </button>
    </div>
  );
}
