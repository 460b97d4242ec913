/** Larger, smaller, or as large as there is room. */
import { Glyph } from '../parts/glyph.js';

const STEP = 1.25;
const LEAST = 0.25;
const MOST = 2;

interface Props {
  readonly scale: number;
  /** null: as it fits. */
  readonly onZoom: (scale: number | null) => void;
}

export function GraphZoom({ scale, onZoom }: Props) {
  return (
    <div className="graph-zoom" role="group" aria-label="Size of the graph">
      <button
        type="button"
        className="icon-button"
        aria-label="Smaller"
        disabled={scale <= LEAST}
        onClick={() => {
          onZoom(Math.max(LEAST, scale / STEP));
        }}
      >
        <Glyph name="minus" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="As it fits"
        onClick={() => {
          onZoom(null);
        }}
      >
        <Glyph name="fit" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Larger"
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
