/** A list of jobs, page after page. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { getJobs } from '../api/calls.js';
import type { Query } from '../api/client.js';

export function useJobs(query: Query, refetchInterval: number | false) {
  const found = useInfiniteQuery({
    queryKey: ['jobs', query],
    queryFn: ({ pageParam, signal }) => getJobs({ ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval,
    // While other filters are asked for, what was found before is better than nothing.
    placeholderData: (before) => before,
  });
  return {
    jobs: found.data?.pages.flatMap(({ jobs }) => jobs) ?? [],
    error: found.error,
    isPending: found.isPending,
    isStale: found.isPlaceholderData,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    pages: found.data?.pages.length ?? 0,
    more: () => void found.fetchNextPage(),
    refetch: () => void found.refetch(),
  };
}
