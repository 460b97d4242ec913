/** Keeps what is shown up to date: told by the service's events, or by asking where no stream comes through. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Job } from '../api/types.js';
import type { ServerEvent } from '../api/sse.js';
import { watchStream, type StreamState } from '../api/stream.js';

/** How often to ask while no stream is open. */
export const POLL_MS = 5_000;
/** Events come in swarms; and asking should take no more than a part of the time, however much is to be asked for. */
const GATHER_MS = 700;
const REST = 5;

/** For a query's refetchInterval. */
export const pollUnless = (live: boolean): number | false => (live ? false : POLL_MS);

/** Whether events come: of all jobs that the caller may see. */
export function useJobsLive(): boolean {
  const queries = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = GATHER_MS;
    const askAgain = async () => {
      const began = performance.now();
      await Promise.all(
        ['overview', 'jobs', 'durations'].map((name) =>
          queries.invalidateQueries({ queryKey: [name] }, { cancelRefetch: false }),
        ),
      );
      pauseMs = Math.max(GATHER_MS, (performance.now() - began) * REST);
    };
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void askAgain();
      }, pauseMs);
    };
    const onState = (next: StreamState) => {
      // What happened while there was no stream was not told.
      if (next === 'open') refresh();
      setState(next);
    };
    void watchStream('jobs/events', {}, { onEvent: refresh, onState, signal: controller.signal });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [queries]);
  return state === 'open';
}

/** Whether events come of this job; each has all of it. `over`: nothing more will be said. */
export function useJobLive(id: string, over: boolean): boolean {
  const queries = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => {
    if (over) return;
    const controller = new AbortController();
    const onEvent = ({ name, data }: ServerEvent) => {
      if (name === 'job') queries.setQueryData(['job', id], JSON.parse(data) as Job);
      else if (name === 'end') void queries.invalidateQueries({ queryKey: ['job', id] });
    };
    void watchStream('job/events', { id }, { onEvent, onState: setState, signal: controller.signal });
    return () => {
      controller.abort();
    };
  }, [queries, id, over]);
  return over || state === 'open';
}
