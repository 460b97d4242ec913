/** `holdfast logs`: what a task has written, and goes on to write. */
import { type Job, type Stream, STREAMS } from '../ask/answers.js';
import { type MergedLine, readAllLines } from '../ask/merged.js';
import { readOutput } from '../ask/raw.js';
import { EXIT, type ExitCode, Refused } from '../exit.js';
import { JsonView } from '../view/json-view.js';
import type { Out } from '../view/out.js';
import { StampedLines } from '../view/stamped-lines.js';
import { outputEvents, type OutputPiece, type Source } from '../watch/output-events.js';
import type { Context } from './context.js';
import { onInterrupt } from './interrupt.js';

export interface LogsOptions {
  readonly follow?: true;
  readonly stream?: Stream;
  readonly attempt?: number;
  readonly timestamps?: true;
}

export async function logs(
  context: Context,
  id: string,
  task: string,
  { follow, stream, attempt, timestamps }: LogsOptions,
): Promise<ExitCode> {
  const source = { id, task, attempt, stream };
  try {
    if (follow === true) return await followOutput(context, source, timestamps === true);
    await (context.json ? tellAsJson(context, source) : tell(context, source, timestamps === true));
    return EXIT.done;
  } catch (error) {
    throw error instanceof Refused && error.said === 'Task not found'
      ? await withNames(error, context, id)
      : error;
  } finally {
    await context.out.endForeign();
    await context.err.endForeign();
  }
}

/** Each where it was written to; if only one is wanted, where it can be piped from. */
const outOf = ({ out, err }: Context, stream: Stream, only: Stream | undefined): Out =>
  stream === 'stderr' && only === undefined ? err : out;

/** In one order where both streams are seen in one place; else each as it was written, byte for byte. */
async function tell(context: Context, source: Source, timestamps: boolean): Promise<void> {
  const { out, err } = context;
  const isSeenAsOne = source.stream === undefined && out.isSameAs(err);
  if (!timestamps && !isSeenAsOne) return tellAsWritten(context, source);
  const lines = readAllLines(context.service, source);
  const first = await lines.next().catch((error: unknown) => {
    if (timestamps || !isUnknown(error)) throw error;
    return null;
  });
  if (first === null) return tellAsWritten(context, source);
  const print = printerOf(context, source.stream, timestamps);
  for (let next = first; next.done !== true; next = await lines.next()) await print(next.value);
}

/** A service of an earlier version knows no such route. */
const isUnknown = (error: unknown) =>
  error instanceof Refused && error.status === 404 && error.said === 'Not found';

function printerOf(context: Context, only: Stream | undefined, timestamps: boolean) {
  const stamped = new StampedLines((stream) => outOf(context, stream, only));
  return ({ stream, time, text, partial }: MergedLine): Promise<void> => {
    const line = partial === true ? text : `${text}\n`;
    return timestamps ? stamped.print(stream, time, line) : outOf(context, stream, only).foreign(line);
  };
}

async function tellAsWritten(context: Context, { stream: only, ...source }: Source): Promise<void> {
  for (const stream of only === undefined ? STREAMS : [only]) {
    const out = outOf(context, stream, only);
    const decoder = new TextDecoder();
    for await (const bytes of readOutput(context.service, { ...source, stream })) {
      await (out.isTerminal ? out.foreign(decoder.decode(bytes, { stream: true })) : out.write(bytes));
    }
  }
}

async function tellAsJson({ service, out }: Context, { id, task, attempt, stream }: Source): Promise<void> {
  const output = await service.get<Record<Stream, string>>('job/logs', { id, task, attempt });
  await out.json(stream === undefined ? output : { [stream]: output[stream] });
}

async function followOutput(context: Context, source: Source, timestamps: boolean): Promise<ExitCode> {
  const { service, out, json, note } = context;
  const interrupt = onInterrupt();
  const told = json ? new JsonView(out, note) : new OutputView(context, source.stream, timestamps);
  try {
    for await (const event of outputEvents(service, source, interrupt.signal)) await told.event(event);
    return EXIT.done;
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    interrupt.release();
  }
}

class OutputView {
  #attempt: number | null = null;
  #isLost = false;
  readonly #stamped: StampedLines;

  constructor(
    private readonly context: Context,
    private readonly only: Stream | undefined,
    private readonly timestamps: boolean,
  ) {
    this.#stamped = new StampedLines((stream) => outOf(context, stream, only));
  }

  async event(event: Parameters<JsonView['event']>[0]): Promise<void> {
    if (event.event === 'lost' && !this.#isLost) this.context.note(`${event.why}; asking again`);
    this.#isLost = event.event === 'lost';
    if (event.event === 'output') await this.#output(event);
    if (event.event !== 'attempt') return;
    const isNext = this.#attempt !== null && this.#attempt !== event.attempt;
    if (isNext) this.context.note(`attempt ${event.attempt}:`);
    this.#attempt = event.attempt;
  }

  /** A service of an earlier version says no time. */
  #output({ stream, time = null, text }: OutputPiece): Promise<void> {
    return this.timestamps
      ? this.#stamped.print(stream, time, text)
      : outOf(this.context, stream, this.only).foreign(text);
  }
}

async function withNames(refused: Refused, { service }: Context, id: string): Promise<Refused> {
  const { tasks } = await service.get<Job>('job/detail', { id });
  const names = tasks.map(({ name }) => name).join(', ');
  return new Refused(refused.status, refused.said, `${refused.said}: the job has ${names || 'no tasks'}`);
}
