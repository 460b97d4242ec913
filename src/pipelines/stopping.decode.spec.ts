import { stoppingOf } from '../domain/definition.js';
import { definedIn, errorsWith } from '../../test/support/defined.js';

function stopping(text: string, name: string) {
  const { definition, task } = definedIn(text, name);
  return stoppingOf(definition, task);
}

describe('kill_signal, kill_grace and output_grace', () => {
  const YAML = `
pipelines:
  p:
    kill_signal: TERM
    kill_grace: 30s
    tasks:
      a: { script: [a], kill_signal: sighup, output_grace: 0s }
      b: { script: [b], kill_grace: 1h }
    on_error: { script: [c] }
`;

  it.each([
    ['a', { killSignal: 'SIGHUP', killGraceMs: 30_000, outputGraceMs: 0 }],
    ['b', { killSignal: 'SIGTERM', killGraceMs: 3_600_000, outputGraceMs: 2_000 }],
    ['on_error', { killSignal: 'SIGTERM', killGraceMs: 30_000, outputGraceMs: 2_000 }],
  ])('of %s are its own, its pipeline’s or the default', (name, expected) => {
    expect(stopping(YAML, name)).toEqual(expected);
  });

  it('are not in a definition that does not set them, as in those of older versions', () => {
    const { definition } = definedIn('pipelines: { p: { tasks: { a: { script: [a] } } } }', 'a');
    expect(JSON.stringify(definition)).not.toContain('stopping');
  });

  const SIGNALS = 'SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2';
  it.each([
    ['kill_signal: KILL', `must be one of ${SIGNALS}, not "KILL"; for SIGKILL at once, set kill_grace to 0s`],
    ['kill_signal: 9', `must be one of ${SIGNALS}, not "9"`],
    ['kill_signal: [TERM]', `must be one of ${SIGNALS}, not a list`],
    ['kill_grace: -1s', 'kill_grace must not be negative'],
    ['kill_grace: 61m', 'kill_grace must be at most 1h'],
    ['kill_grace: 5', 'an invalid duration "5"'],
    ['output_grace: 2h', 'output_grace must be at most 1h'],
  ])('are refused where they are wrong: %s', (key, message) => {
    for (const errors of errorsWith(key)) expect(errors).toEqual([expect.stringContaining(message)]);
  });
});
