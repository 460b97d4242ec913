// Chance that a seed repeats: each actor has a stream of its own, so that no one's timing changes another's choices.
import { createHash } from 'node:crypto';

export function randomOf(seed) {
  let state = createHash('sha256').update(String(seed)).digest().readUInt32LE();
  /** mulberry32: from 0 up to 1. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from, to) => from + next() * (to - from);
  const whole = (from, to) => Math.floor(between(from, to + 1));
  return {
    between,
    whole,
    chance: (part) => next() < part,
    pick: (list) => list[whole(0, list.length - 1)],
    shuffled: (list) => {
      const all = [...list];
      for (let last = all.length - 1; last > 0; last -= 1) {
        const other = whole(0, last);
        [all[last], all[other]] = [all[other], all[last]];
      }
      return all;
    },
    stream: (name) => randomOf(`${seed}/${name}`),
  };
}
