/** A form made from the variables that a pipeline declares, begun with those of another job if asked. */
import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { schedule } from '../api/calls.js';
import type { Pipeline, Variables } from '../api/types.js';
import { go, toJob } from '../app/route.js';
import { unique } from '../parts/unique.js';
import { AddVariable } from './add-variable.js';
import { FieldInput } from './field-input.js';
import { fieldsOf, type Filled, filledWith, readFields } from './fields.js';
import { refusedFor } from './refused.js';
import { keyFor } from './start-key.js';

export interface Like {
  readonly variables: Variables;
  readonly queuePartition: string;
}

interface Props {
  readonly pipeline: Pipeline;
  readonly used: readonly string[];
  readonly like: Like | undefined;
  readonly onClose: () => void;
}

const NOTHING: Filled = { text: '', json: false };
const NONE: ReadonlyMap<string, string> = new Map();

export function StartForm({ pipeline, used, like, onClose }: Props) {
  const [names, setNames] = useState(() => [...new Set([...used, ...Object.keys(like?.variables ?? {})])]);
  const [partition, setPartition] = useState(like?.queuePartition ?? '');
  const [wrong, setWrong] = useState(NONE);
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
  const form = useRef<HTMLFormElement>(null);
  const show = (found: ReadonlyMap<string, string>) => {
    // What is wrong may be far up in a long form, so it is gone to.
    flushSync(() => {
      setWrong(found);
    });
    const first = form.current?.querySelector<HTMLElement>('[aria-invalid=true]');
    first?.focus({ preventScroll: true });
    first?.closest('.field')?.scrollIntoView({ block: 'nearest' });
  };
  const refusal = (error: Error) =>
    refusedFor(
      error.message,
      fields.map(({ name }) => name),
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
    onError: (error) => {
      show(refusal(error).wrong);
    },
  });
  const refused = start.error === null ? '' : refusal(start.error).rest;
  useEffect(() => {
    // It may come after its dialog, when it has been loaded.
    form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const read = readFields(fields, filled);
    start.reset();
    show('wrong' in read ? read.wrong : NONE);
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
            setWrong(new Map([...wrong].filter(([name]) => name !== field.name)));
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
      {refused === '' ? null : (
        <p className="wrong" role="alert">
          {refused}
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
