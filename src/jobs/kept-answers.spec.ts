import { KeptAnswers } from './kept-answers.js';

const of = (text: string) => ({ pipeline: 'p', answer: text, ended: 'e', size: text.length });

describe('an answer about a job', () => {
  it('is kept until a newer one takes its place', () => {
    const kept = new KeptAnswers();
    kept.set('a', of('one'));
    kept.set('a', of('three'));
    expect([kept.get('a')?.answer, kept.size]).toEqual(['three', 5]);
    kept.forget('a');
    expect([kept.get('a'), kept.size]).toEqual([undefined, 0]);
  });

  it('makes room for others when it was asked for the longest ago', () => {
    const kept = new KeptAnswers(6);
    for (const id of ['a', 'b', 'c']) kept.set(id, of('xy'));
    kept.get('a');
    kept.set('d', of('xy'));
    expect(['a', 'b', 'c', 'd'].map((id) => kept.get(id) !== undefined)).toEqual([true, false, true, true]);
    expect(kept.size).toBe(6);
  });

  it('is not kept when it is large', () => {
    const kept = new KeptAnswers();
    kept.set('a', of('x'.repeat(600_000)));
    expect([kept.get('a'), kept.size]).toEqual([undefined, 0]);
  });
});
