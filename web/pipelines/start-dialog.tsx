/** Starts a pipeline: a form made from the variables that it declares, begun with those of another job if asked. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { schedule } from '../api/calls.js';
import type { Pipeline, Variables } from '../api/types.js';
import { overview, pipelines } from '../app/queries.js';
import { go, toJob } from '../app/route.js';
import { Dialog } from '../parts/dialog.js';
import { Failure, Loading } from '../parts/states.js';
import { unique } from '../parts/unique.js';
import { AddVariable } from './add-variable.js';
import { FieldInput } from './field-input.js';
import { keyFor } from './start-key.js';
import { fieldsOf, type Filled, filledWith, readFields } from './fields.js';

interface Like {
  readonly variables: Variables;
  readonly queuePartition: string;
}

interface Props {
  readonly pipeline: string;
  readonly like?: Like;
  readonly onClose: () => void;
}

export function StartDialog({ pipeline, like, onClose }: Props) {
  const declared = useQuery(pipelines);
  const seen = useQuery(overview);
  const found = declared.data?.find((one) => one.pipeline === pipeline);
  const used = seen.data?.find((one) => one.pipeline === pipeline)?.variables ?? [];
  return (
    <Dialog title={`Start ${pipeline}`} onClose={onClose}>
      {found !== undefined && !seen.isPending ? (
        <StartForm pipeline={found} used={used} like={like} onClose={onClose} />
      ) : declared.error !== null ? (
        <Failure error={declared.error} what="the pipeline" again={() => void declared.refetch()} />
      ) : declared.isPending || seen.isPending ? (
        <Loading what="the form" />
      ) : (
        <p>There is no pipeline of this name any more.</p>
      )}
    </Dialog>
  );
}

interface FormProps {
  readonly pipeline: Pipeline;
  readonly used: readonly string[];
  readonly like: Like | undefined;
  readonly onClose: () => void;
}

const NOTHING: Filled = { text: '', json: false };

function StartForm({ pipeline, used, like, onClose }: FormProps) {
  const [names, setNames] = useState(() => [...new Set([...used, ...Object.keys(like?.variables ?? {})])]);
  const [partition, setPartition] = useState(like?.queuePartition ?? '');
  const [wrong, setWrong] = useState<ReadonlyMap<string, string>>(new Map());
  // One job, however often it is sent.
  const [key] = useState(unique);
  const fields = fieldsOf(pipeline.variables ?? {}, names);
  const [filled, setFilled] = useState<ReadonlyMap<string, Filled>>(
    () =>
      new Map(
        fields.map((field) => {
          const { variables = {} } = like ?? {};
          return [
            field.name,
            filledWith(field, Object.hasOwn(variables, field.name) ? variables[field.name] : undefined),
          ];
        }),
      ),
  );
  const start = useMutation({
    mutationFn: (variables: Variables) =>
      schedule(
        {
          pipeline: pipeline.pipeline,
          variables,
          ...(partition === '' ? {} : { queuePartition: partition }),
        },
        keyFor(key, [variables, partition]),
      ),
    onSuccess: ({ jobId }) => {
      onClose();
      go(toJob(jobId));
    },
  });
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // It may come after its dialog, when it has been loaded.
    form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const read = readFields(fields, filled);
    setWrong('wrong' in read ? read.wrong : new Map());
    if ('variables' in read) start.mutate(read.variables);
  };
  return (
    <form ref={form} className="start-form" onSubmit={submit} noValidate>
      {fields.length === 0 ? <p className="hint">It takes no variables.</p> : null}
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          filled={filled.get(field.name) ?? NOTHING}
          wrong={wrong.get(field.name)}
          onChange={(next) => {
            setFilled(new Map([...filled, [field.name, next]]));
          }}
        />
      ))}
      <details className="more-fields">
        <summary>More</summary>
        <AddVariable
          taken={fields.map(({ name }) => name)}
          onAdd={(name) => {
            setNames([...names, name]);
          }}
        />
        <label className="field">
          <span className="field-name">Queue partition</span>
          <input
            type="text"
            value={partition}
            autoComplete="off"
            onChange={(event) => {
              setPartition(event.target.value);
            }}
          />
        </label>
      </details>
      {start.error === null ? null : (
        <p className="wrong" role="alert">
          {start.error.message}
        </p>
      )}
      {pipeline.schedulable ? null : <p className="hint">Its wait list is full: this may be refused.</p>}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          Not now
        </button>
        <button type="submit" className="button button-main" disabled={start.isPending}>
          {start.isPending ? 'Starting…' : 'Start'}
        </button>
      </footer>
    </form>
  );
}
