/** How many tasks of a job have come how far. */
import type { TaskCounts, TaskStatus } from '../api/types.js';
import { WORDS } from '../parts/status.js';

const ORDER = ['done', 'running', 'error', 'canceled', 'skipped'] as const satisfies readonly TaskStatus[];

export function TaskBar({ tasks }: { tasks: TaskCounts }) {
  const parts = ORDER.filter((status) => tasks[status] > 0);
  const title = [...parts, ...(tasks.waiting > 0 ? (['waiting'] as const) : [])]
    .map((status) => `${tasks[status]} ${WORDS[status].toLowerCase()}`)
    .join(', ');
  return (
    <span className="task-bar" title={title}>
      <span className="task-bar-track" aria-hidden="true">
        {parts.map((status) => (
          <i
            key={status}
            className={`is-${status}`}
            style={{ '--share': `${(100 * tasks[status]) / Math.max(1, tasks.total)}%` }}
          />
        ))}
      </span>
      <span className="task-bar-count">
        {tasks.done}
        <span className="of">/{tasks.total}</span>
      </span>
    </span>
  );
}
