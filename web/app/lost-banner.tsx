/** Says that what is shown may be old, since when, and when it is asked for again. */
import { lost, tryNow } from '../api/connection.js';
import { useSignal } from '../api/signal.js';
import { useNow } from '../parts/now.js';

export function LostBanner() {
  const gone = useSignal(lost);
  return <div role="alert">{gone === null ? null : <Banner {...gone} />}</div>;
}

function Banner({ since, reason, nextTry }: { since: number; reason: string; nextTry: number }) {
  const now = useNow(1000);
  const time = new Date(since).toLocaleTimeString();
  const seconds = Math.ceil((nextTry - now) / 1000);
  return (
    <div className="banner">
      <p>
        <strong>{reason}</strong> What is shown is from {time} or before.{' '}
        <span aria-hidden="true">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'}</span>
      </p>
      <button type="button" className="button" onClick={() => void tryNow()}>
        Try now
      </button>
    </div>
  );
}
