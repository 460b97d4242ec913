/** Reads how a task is ended: the keys `kill_signal`, `kill_grace` and `output_grace` of a pipeline or a task. */

import { formatDuration } from '../domain/duration.js';
import { KILL_SIGNALS, type KillSignal, MAX_GRACE_MS, type Stopping } from '../domain/stopping.js';
import { quote } from './limits.js';
import { entryOf, type Owner, placeOfKey } from './owner.js';
import { readDuration, refuse } from './values.js';

export const STOPPING_KEYS = ['kill_signal', 'kill_grace', 'output_grace'];

/** Returns what is set, as the key of a definition; nothing where nothing is. */
export function decodeStopping(pipeline: string, owner: Owner): { readonly stopping?: Partial<Stopping> } {
  const killSignal = readSignal(owner, 'kill_signal');
  const killGraceMs = readGrace(pipeline, owner, 'kill_grace');
  const outputGraceMs = readGrace(pipeline, owner, 'output_grace');
  const stopping: Partial<Stopping> = {
    ...(killSignal === null ? {} : { killSignal }),
    ...(killGraceMs === null ? {} : { killGraceMs }),
    ...(outputGraceMs === null ? {} : { outputGraceMs }),
  };
  return Object.keys(stopping).length === 0 ? {} : { stopping };
}

/** A signal by its name, with or without `SIG`. */
function readSignal(owner: Owner, key: string): KillSignal | null {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return null;
  const written = value.kind === 'text' ? value.text : `a ${value.kind}`;
  const name = `SIG${written.toUpperCase().replace(/^SIG/, '')}`;
  const known = KILL_SIGNALS.find((signal) => signal === name);
  if (value.kind === 'text' && known !== undefined) return known;
  const hint = name === 'SIGKILL' ? '; for SIGKILL at once, set kill_grace to 0s' : '';
  const found = value.kind === 'text' ? quote(written) : written;
  return refuse(owner, key, `must be one of ${KILL_SIGNALS.join(', ')}, not ${found}${hint}`);
}

function readGrace(pipeline: string, owner: Owner, key: string): number | null {
  const milliseconds = readDuration(owner, key);
  if (milliseconds === null) return null;
  const problem =
    milliseconds < 0
      ? 'must not be negative'
      : milliseconds > MAX_GRACE_MS
        ? `must be at most ${formatDuration(MAX_GRACE_MS)}`
        : null;
  if (problem === null) return milliseconds;
  owner.report.invalid(placeOfKey(owner, key), pipeline, `${key} ${problem}`);
  return null;
}
