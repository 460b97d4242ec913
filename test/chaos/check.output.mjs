// The promise about output: all of it, in order, or a beginning without a gap that says why it ends.
import { CUT } from './history.mjs';

export function* isWholeOrCut({ tasks }) {
  for (const { key, end, note, gapless, stdout, stderr, whole } of tasks.flatMap(
    ({ attempts }) => attempts,
  )) {
    const cut = stderr.endsWith(`\n${CUT}`);
    const said = cut ? stderr.slice(0, -CUT.length - 1) : stderr;
    if (!gapless) yield `the output of ${key} has a gap`;
    if (!whole.stdout.startsWith(stdout)) yield `the stdout of ${key} is not what it wrote`;
    if (!whole.stderr.startsWith(said)) yield `the stderr of ${key} is not what it wrote`;
    // Of a job that was canceled a lost task is canceled as well.
    if (cut ? end !== 'lost' && end !== 'canceled' : end === 'lost')
      yield `${key} is ${end}, and its output ${cut ? 'says' : 'does not say'} that it is cut`;
    if (note === null && stdout !== '') yield `${key} has output and never ran`;
    if ((end === 'done' || end === 'failed') && (stdout !== whole.stdout || said !== whole.stderr))
      yield `${key} is ${end}, and has ${stdout.length} of ${whole.stdout.length} bytes of its output`;
  }
}
