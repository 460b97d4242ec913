/** A task in the graph: in a job it can be chosen. */
import type { DefinedTask, TaskStatus } from '../api/types.js';
import { Glyph } from '../parts/glyph.js';
import { LongName } from '../parts/long-name.js';
import { WORDS } from '../parts/status.js';

export interface DrawnTask extends DefinedTask {
  readonly status?: TaskStatus;
  /** A few words under its name. */
  readonly note?: string | undefined;
}

interface NodeProps {
  readonly task: DrawnTask;
  readonly isSelected: boolean;
  readonly isCritical: boolean;
  readonly place: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>;
  readonly onSelect: ((name: string) => void) | undefined;
}

export function GraphNode({
  task: { name, status, note },
  isSelected,
  isCritical,
  place,
  onSelect,
}: NodeProps) {
  const classes = [
    'node',
    status === undefined ? '' : `is-${status}`,
    isCritical ? 'node-critical' : '',
  ].join(' ');
  const content = (
    <>
      {status === undefined ? null : <Glyph name={status} />}
      <span className="node-text">
        <span className="node-name">
          <LongName text={name} />
        </span>
        {note === undefined ? null : <span className="node-note">{note}</span>}
      </span>
      {status === undefined ? null : (
        <span className="visually-hidden">
          {WORDS[status]}
          {isCritical ? ', on the critical path' : ''}
        </span>
      )}
    </>
  );
  if (onSelect === undefined || status === undefined)
    return (
      <div className={classes} style={place}>
        {content}
      </div>
    );
  return (
    <button
      type="button"
      className={classes}
      style={place}
      data-status={status}
      aria-pressed={isSelected}
      onClick={() => {
        onSelect(name);
      }}
    >
      {content}
    </button>
  );
}
