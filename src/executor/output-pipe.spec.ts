import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputPipe } from './output-pipe.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'holdfast-pipe-'))));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** As when the process is stopped, or has to wait for the machine. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('the pipe of a task that has ended', () => {
  it('is read although the process stood still for longer than it would wait in silence', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const pipe = OutputPipe.open(path);
    // Somebody still holds it open, so there is no end of file.
    const writer = openSync(path, 'r+');
    writeSync(writer, 'all of it');
    const taken: string[] = [];
    // After the poll of this round of the loop: its timers come before the next one.
    await new Promise((done) => setImmediate(done));
    const reading = pipe.read((bytes) => void taken.push(bytes.toString()), Promise.resolve());
    await Promise.resolve();
    await Promise.resolve();
    standStill(700);
    await reading;
    closeSync(writer);
    expect(taken.join('')).toBe('all of it');
  });
});
