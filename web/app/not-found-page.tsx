/** For an address that leads nowhere. */
import { useTitle } from '../parts/title.js';
import { toJobs, toPipelines } from './route.js';

export function NotFoundPage() {
  useTitle('Not found');
  return (
    <div className="state">
      <h1>There is no such page</h1>
      <p>
        There are <a href={toPipelines()}>pipelines</a> and <a href={toJobs()}>jobs</a>.
      </p>
    </div>
  );
}
