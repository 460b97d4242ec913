/** A task's output, and what one does with it: search, follow, wrap, times, earlier attempts, download. */
import { useRef, useState } from 'react';
import { endingOf } from '../../src/client/ending.js';
import type { OutputStream, Task } from '../api/types.js';
import { go, toJob } from '../app/route.js';
import { Status } from '../parts/status.js';
import { Download } from './download.js';
import { firstFrom } from './find-lines.js';
import { NoOutput } from './no-output.js';
import { OutputView } from './output-view.js';
import { SearchBox } from './search-box.js';
import { Toggle } from './toggle.js';
import { useFeed } from './use-feed.js';
import { useKept } from './use-kept.js';
import { useSearch } from './use-search.js';
import { useSlash } from './use-slash.js';

interface Props {
  readonly jobId: string;
  readonly task: Task;
  /** Of the page's address. */
  readonly wanted: string | null;
}

export default function OutputPanel({ jobId, task, wanted }: Props) {
  const earlier = task.attempts ?? [];
  const attempt = earlier.find((one) => String(one.attempt) === wanted)?.attempt ?? null;
  const [stream, setStream] = useState<OutputStream | null>(null);
  const [wrap, setWrap] = useKept('holdfast.wrap');
  const [times, setTimes] = useKept('holdfast.times');
  const [follow, setFollow] = useState(true);
  const [text, setText] = useState('');
  const [at, setAt] = useState<number | null>(null);
  const [target, setTarget] = useState<{ line: number; turn: number } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const feed = useFeed({ jobId, task: task.name, attempt, stream });
  const found = useSearch(feed, text);
  useSlash(input);

  const show = (index: number) => {
    const line = found.lines[index];
    if (line === undefined) return;
    setAt(index);
    setFollow(false);
    setTarget((before) => ({ line, turn: (before?.turn ?? 0) + 1 }));
  };
  const move = (by: 1 | -1) => {
    const { length } = found.lines;
    if (length === 0) return;
    if (at === null) show(by === 1 ? firstFrom(found.lines, target?.line ?? 0) : length - 1);
    else show((at + by + length) % length);
  };
  const search = (next: string) => {
    setText(next);
    setAt(null);
    if (next === '') setTarget(null);
  };

  const ending = endingOf(task);
  return (
    <section className="output card" aria-label={`Output of ${task.name}`}>
      <header className="output-head">
        <h2>
          {task.name} <Status status={task.status} />
        </h2>
        {earlier.length === 0 ? null : (
          <select
            aria-label="Attempt"
            value={attempt ?? ''}
            onChange={(event) => {
              go(toJob(jobId, { task: task.name, attempt: event.target.value }), { replace: true });
            }}
          >
            {earlier.map((one) => (
              <option key={one.attempt} value={one.attempt}>
                attempt {one.attempt}: {one.error}
              </option>
            ))}
            <option value="">attempt {earlier.length + 1}: the last</option>
          </select>
        )}
        {task.carriedOver === true ? (
          <span className="output-carried" title="Done, and written, by the job that this one runs again">
            carried over
          </span>
        ) : null}
        {ending === null ? null : (
          <span className={task.status === 'done' ? 'output-allowed' : 'output-error'}>{ending}</span>
        )}
      </header>
      <div className="output-tools" role="group" aria-label="What to do with the output">
        <SearchBox input={input} wanted={text} found={found} at={at} onWanted={search} onMove={move} />
        <select
          aria-label="Stream"
          value={stream ?? ''}
          onChange={(event) => {
            setStream(event.target.value === '' ? null : (event.target.value as OutputStream));
          }}
        >
          <option value="">out and err</option>
          <option value="stdout">stdout</option>
          <option value="stderr">stderr</option>
        </select>
        <Toggle label="Wrap" isOn={wrap} onToggle={setWrap} />
        <Toggle label="Times" title="When each line was written" isOn={times} onToggle={setTimes} />
        <Toggle label="Follow" title="Stay at the end as it grows" isOn={follow} onToggle={setFollow} />
        <Download jobId={jobId} task={task.name} attempt={attempt} stream="stdout" />
        <Download jobId={jobId} task={task.name} attempt={attempt} stream="stderr" />
      </div>
      {feed.store.count === 0 ? (
        <NoOutput task={task} feed={feed} />
      ) : (
        <OutputView
          store={feed.store}
          label={`Lines of ${task.name}`}
          wrap={wrap}
          times={times}
          follow={follow}
          onFollow={setFollow}
          matcher={found.matcher}
          target={target}
        />
      )}
      <footer className="output-foot">
        <span>{feed.store.count === 1 ? '1 line' : `${feed.store.count.toLocaleString()} lines`}</span>
        {feed.state === 'live' && task.status === 'running' ? (
          <span className="output-live">live</span>
        ) : null}
        {feed.state === 'broken' ? (
          <span className="output-broken">interrupted, connecting again…</span>
        ) : null}
      </footer>
    </section>
  );
}
