/** A feed for as long as its output is looked at. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { OutputFeed, type Source } from './output-feed.js';

/** `again` changes when the output does, as with another attempt. */
export function useFeed({ jobId, task, attempt, stream }: Source, again: number): OutputFeed {
  const [feed, setFeed] = useState(() => new OutputFeed({ jobId, task, attempt, stream }));
  useEffect(() => {
    const next = new OutputFeed({ jobId, task, attempt, stream });
    setFeed(next);
    next.start();
    return () => {
      next.stop();
    };
  }, [jobId, task, attempt, stream, again]);
  useSyncExternalStore(feed.watch, feed.version);
  return feed;
}
