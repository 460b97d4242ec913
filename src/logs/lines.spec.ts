import fc from 'fast-check';
import type { Stream } from '../executor/executor.js';
import type { Arrived } from './arrived.js';
import { linesOf, type OutputLine } from './lines.js';

type Chunk = readonly [stream: Stream, text: string | Buffer];

async function* arrivedOf(chunks: readonly Chunk[]): AsyncGenerator<Arrived> {
  const next = { stdout: 0, stderr: 0 };
  for (const [index, [stream, text]] of chunks.entries()) {
    const bytes = Buffer.from(text as string);
    yield await Promise.resolve({ stream, position: next[stream], bytes, at: index });
    next[stream] += bytes.length;
  }
}

async function allOf(chunks: readonly Chunk[], isOver = true): Promise<OutputLine[]> {
  const lines: OutputLine[] = [];
  const to = { stdout: 0, stderr: 0 };
  for (const [stream, text] of chunks) to[stream] += Buffer.byteLength(text);
  for await (const line of linesOf(arrivedOf(chunks), { to, isOver })) lines.push(line);
  return lines;
}

const shown = (lines: readonly OutputLine[]) =>
  lines.map(({ stream, text, isPartial, at }) => [stream, text, isPartial, at]);

it('stand in the order in which they were ended, with the time of that', async () => {
  const chunks: Chunk[] = [
    ['stdout', 'half'],
    ['stderr', 'err\n'],
    ['stdout', ' and half\nnext\r\n'],
  ];
  expect(shown(await allOf(chunks))).toEqual([
    ['stderr', 'err', false, 1],
    ['stdout', 'half and half', false, 2],
    ['stdout', 'next\r', false, 2],
  ]);
});

it('that have not been ended stand where they were when they came so far', async () => {
  const chunks: Chunk[] = [
    ['stderr', 'b'],
    ['stdout', 'a\n'],
  ];
  expect(shown(await allOf(chunks))).toEqual([
    ['stderr', 'b', true, 0],
    ['stdout', 'a', false, 1],
  ]);
});

it('end between two characters while more can come, and with all there is when none can', async () => {
  const chunks: Chunk[] = [['stdout', Buffer.from('é€').subarray(0, 4)]];
  const [line] = await allOf(chunks, false);
  expect(line).toMatchObject({ text: 'é', end: 2, isPartial: true });
  expect(await allOf(chunks, true)).toMatchObject([{ text: 'é\ufffd', end: 4, isPartial: true }]);
});

it('that are long come in parts of 64 KiB, cut between characters', async () => {
  const text = '€'.repeat(50_000);
  const lines = await allOf([['stdout', `${text}\nend\n`]]);
  expect(lines.map(({ isPartial }) => isPartial)).toEqual([true, true, false, false]);
  expect(
    lines
      .slice(0, 3)
      .map((line) => line.text)
      .join(''),
  ).toBe(text);
});

it('are all of the text, and each ends where the next one of its stream begins', async () => {
  const chunk = fc.tuple(
    fc.constantFrom<Stream>('stdout', 'stderr'),
    fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é'), minLength: 1 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), async (chunks) => {
      const lines = await allOf(chunks);
      for (const stream of ['stdout', 'stderr'] as const) {
        const written = chunks.map(([of, text]) => (of === stream ? text : '')).join('');
        const own = lines.filter((line) => line.stream === stream);
        let text = '';
        for (const line of own) {
          text += line.text + (line.isPartial ? '' : '\n');
          expect(line.end).toBe(Buffer.byteLength(text));
          expect(line.start).toBe(own[own.indexOf(line) - 1]?.end ?? 0);
        }
        expect(text).toBe(written);
      }
    }),
  );
});
