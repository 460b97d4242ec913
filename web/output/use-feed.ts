/** A feed for as long as its output is looked at. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { OutputFeed } from './output-feed.js';
import type { Source } from './place.js';

export function useFeed({ jobId, task, attempt, stream }: Source): OutputFeed {
  const feed = useMemo(
    () => new OutputFeed({ jobId, task, attempt, stream }),
    [jobId, task, attempt, stream],
  );
  useEffect(() => {
    feed.start();
    return () => {
      feed.stop();
    };
  }, [feed]);
  useSyncExternalStore(feed.watch, feed.version);
  return feed;
}
