import { EventReader } from './sse.js';

const readAll = (...pieces: string[]) => {
  const reader = new EventReader();
  const events = pieces.flatMap((piece) => reader.read(piece));
  return { events, lastId: reader.lastId };
};

it('reads an event with its name and id', () => {
  expect(readAll('event: job\nid: 7\ndata: {"id":"a"}\n\n')).toEqual({
    events: [{ name: 'job', data: '{"id":"a"}', id: '7' }],
    lastId: '7',
  });
});

it('reads the same wherever the pieces are cut', () => {
  const text = ': ping\n\nevent: output\r\nid: 3/0\r\ndata: one\r\ndata: two\r\n\r\ndata:x\n\n';
  const whole = readAll(text);
  expect(whole.events).toEqual([
    { name: 'output', data: 'one\ntwo', id: '3/0' },
    { name: 'message', data: 'x' },
  ]);
  for (let cut = 0; cut <= text.length; cut += 1) {
    expect(readAll(text.slice(0, cut), text.slice(cut))).toEqual(whole);
  }
});

it('passes over comments, unknown fields and events without data', () => {
  expect(readAll(': ping\n\nretry: 10\nevent: job\n\nsomething\n\n').events).toEqual([]);
});

it('keeps an event to itself until it has ended', () => {
  expect(readAll('data: half').events).toEqual([]);
});
