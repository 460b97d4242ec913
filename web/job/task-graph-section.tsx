/** The graph in its card; of very many tasks only when it is asked for, as no screen shows them and none is quick to. */
import { lazy, Suspense, useState } from 'react';
import { Loading } from '../parts/states.js';
import type { GraphProps } from './task-graph.js';

const TaskGraph = lazy(() => import('./task-graph.js'));

const MANY = 400;

export function TaskGraphSection(props: GraphProps) {
  const { length } = props.tasks;
  const [wanted, setWanted] = useState(false);
  return (
    <section className="card" aria-labelledby="graph-title">
      <h2 id="graph-title">Tasks</h2>
      {length > MANY && !wanted ? (
        <button
          type="button"
          className="button"
          onClick={() => {
            setWanted(true);
          }}
        >
          Draw the graph of {length} tasks
        </button>
      ) : (
        <Suspense fallback={<Loading what="the graph" />}>
          <TaskGraph {...props} />
        </Suspense>
      )}
    </section>
  );
}
