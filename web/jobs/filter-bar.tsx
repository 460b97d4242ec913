/** What jobs can be filtered by. */
import { useQuery } from '@tanstack/react-query';
import { JOB_STATUSES, type JobStatus } from '../api/types.js';
import { pipelines } from '../app/queries.js';
import { Status } from '../parts/status.js';
import { type Filters, instantOf, isFiltered, localOf, NO_FILTERS } from './filters.js';
import { TextFilter } from './text-filter.js';

interface Props {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, onChange }: Props) {
  const { data = [] } = useQuery(pipelines);
  const isMore = filters.user !== '' || filters.from !== '' || filters.to !== '';
  const set = (part: Partial<Filters>) => {
    onChange({ ...filters, ...part });
  };
  const toggle = (status: JobStatus) => {
    const { status: chosen } = filters;
    set({ status: chosen.includes(status) ? chosen.filter((one) => one !== status) : [...chosen, status] });
  };
  return (
    <search className="filters">
      <div className="filter-statuses" role="group" aria-label="Status">
        {JOB_STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            className="chip"
            aria-pressed={filters.status.includes(status)}
            onClick={() => {
              toggle(status);
            }}
          >
            <Status status={status} />
          </button>
        ))}
      </div>
      <TextFilter
        label="Pipeline"
        value={filters.pipeline}
        list="filter-pipelines"
        onChange={(pipeline) => {
          set({ pipeline });
        }}
      />
      <datalist id="filter-pipelines">
        {data.map(({ pipeline }) => (
          <option key={pipeline} value={pipeline} />
        ))}
      </datalist>
      <TextFilter
        label="In variables"
        type="search"
        value={filters.q}
        onChange={(q) => {
          set({ q });
        }}
      />
      <details className="filter-more" open={isMore || undefined}>
        <summary>By whom and when</summary>
        <div>
          <TextFilter
            label="By"
            value={filters.user}
            onChange={(user) => {
              set({ user });
            }}
          />
          <label className="filter">
            <span>From</span>
            <input
              type="datetime-local"
              value={localOf(filters.from)}
              onChange={(event) => {
                set({ from: instantOf(event.target.value) });
              }}
            />
          </label>
          <label className="filter">
            <span>To</span>
            <input
              type="datetime-local"
              value={localOf(filters.to)}
              onChange={(event) => {
                set({ to: instantOf(event.target.value) });
              }}
            />
          </label>
        </div>
      </details>
      {!isFiltered(filters) ? null : (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            onChange(NO_FILTERS);
          }}
        >
          Clear all
        </button>
      )}
    </search>
  );
}
