/** The service's time, as it passes: one clock for all that shows it. */
import { useEffect, useState } from 'react';
import { serviceNow } from '../api/clock.js';

/** Renders anew at each multiple of `everyMs`, and not at all while that is null. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(serviceNow);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => {
      setNow(serviceNow());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs]);
  return everyMs === null ? serviceNow() : now;
}
