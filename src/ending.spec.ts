import { roomIn } from './ending.js';

const CODE = 'file:///srv/holdfast/dist/';
const stackOf = (...places: string[]) =>
  ['TypeError: x', ...places.map((place) => `    at f (${place}:1:2)`)].join('\n');

describe('the room of an error', () => {
  it.each([
    ['where it was thrown', [`${CODE}http/observe.js`, `${CODE}jobs/a.js`], 'http'],
    ['below folders of its own', [`${CODE}database/embedded/keeper.js`], 'database'],
    [
      'behind a library that threw',
      ['file:///srv/holdfast/node_modules/pg/dist/http/a.js', 'node:events', `${CODE}worker/slots.js`],
      'worker',
    ],
  ])('is known %s', (_where, places, room) => {
    expect(roomIn(stackOf(...places), CODE)).toBe(room);
  });

  it.each([
    ['in no code of ours', ['node:net', 'file:///srv/holdfast/node_modules/pg/dist/a.js']],
    ['beside the rooms', [`${CODE}service.js`]],
    ['nowhere', []],
  ])('is not known %s', (_where, places) => {
    expect(roomIn(stackOf(...places), CODE)).toBeNull();
  });
});
