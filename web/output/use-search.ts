/** Looks for a text in output that may still grow, a little at a time. */
import { useEffect, useState } from 'react';
import { LineSearch, matcherOf } from './find-lines.js';
import type { OutputFeed } from './output-feed.js';

export interface Found {
  readonly wanted: string;
  readonly matcher: RegExp | null;
  readonly lines: readonly number[];
  readonly isDone: boolean;
  readonly isFull: boolean;
}

const NOTHING: Found = { wanted: '', matcher: null, lines: [], isDone: true, isFull: false };

export function useSearch(feed: OutputFeed, wanted: string): Found {
  const [found, setFound] = useState<Found>(NOTHING);
  useEffect(() => {
    const matcher = matcherOf(wanted);
    if (matcher === null) return;
    const search = new LineSearch(feed.store, wanted);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const step = () => {
      const before = search.found.length;
      const until = performance.now() + 8;
      do search.step();
      while (!search.isDone && performance.now() < until);
      if (search.found.length !== before || search.isDone)
        setFound({ wanted, matcher, lines: [...search.found], isDone: search.isDone, isFull: search.isFull });
      timer = search.isDone ? undefined : setTimeout(step);
    };
    step();
    const stop = feed.watch(() => {
      if (timer === undefined && !search.isDone) step();
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [feed, wanted]);
  if (wanted === '') return NOTHING;
  return found.wanted === wanted ? found : { ...NOTHING, wanted, isDone: false };
}
