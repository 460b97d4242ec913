/** A list of jobs, page after page, kept up to date without asking for all of it each time. */
import { type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getJobs } from '../api/calls.js';
import type { Query } from '../api/client.js';
import { type Pages, refreshed } from './refreshed.js';

export function useJobs(query: Query & { readonly limit: number }, refetchInterval: number | false) {
  const queries = useQueryClient();
  const queryKey = ['all of jobs', query] as const;
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => getJobs({ ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
    // While other filters are asked for, what was found before is better than nothing.
    placeholderData: (before) => before,
  });
  // Whoever has heard of a change asks for `jobs` again, which is this.
  const refresh = useQuery({
    queryKey: ['jobs', query],
    queryFn: ({ signal }) => refreshIn(queries, queryKey, query, signal),
    enabled: found.isSuccess && !found.isPlaceholderData,
    // What has just been loaded needs no refreshing.
    initialData: null,
    refetchInterval,
  });
  return {
    jobs: found.data?.pages.flatMap(({ jobs }) => jobs) ?? [],
    error: found.error ?? refresh.error,
    isPending: found.isPending,
    isStale: found.isPlaceholderData,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    pages: found.data?.pages.length ?? 0,
    more: () => void found.fetchNextPage(),
    refetch: () => void found.refetch(),
  };
}

async function refreshIn(
  queries: QueryClient,
  key: readonly unknown[],
  query: Query & { readonly limit: number },
  signal: AbortSignal,
): Promise<null> {
  for (;;) {
    const before = queries.getQueryData<Pages>(key);
    if (before === undefined) return null;
    const after = await refreshed(before, query.limit, (cursor, limit) =>
      getJobs({ ...query, cursor, limit }, signal),
    );
    // If more was loaded meanwhile, this is without it.
    if (queries.getQueryData(key) !== before) continue;
    queries.setQueryData(key, after);
    return null;
  }
}
