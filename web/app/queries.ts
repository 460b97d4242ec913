/** What is kept of the API's answers, and what makes it be asked for again. */
import { QueryClient, queryOptions } from '@tanstack/react-query';
import * as calls from '../api/calls.js';
import { lost } from '../api/connection.js';
import { token } from '../api/session.js';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      // Whoever watches the connection asks again when it is back.
      retry: false,
      staleTime: 2_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

lost.watch(() => {
  if (lost.get() === null) void client.invalidateQueries();
});
// Another caller may see other things.
token.watch(() => void client.resetQueries());

export const overview = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => calls.getOverview(signal),
});

export const pipelines = queryOptions({
  queryKey: ['pipelines'],
  queryFn: ({ signal }) => calls.getPipelines(signal),
  staleTime: 30_000,
});

export const durations = (pipeline: string) =>
  queryOptions({
    queryKey: ['durations', pipeline],
    queryFn: ({ signal }) => calls.getDurations(pipeline, signal),
  });

export const job = (id: string) =>
  queryOptions({ queryKey: ['job', id], queryFn: ({ signal }) => calls.getJob(id, signal) });
