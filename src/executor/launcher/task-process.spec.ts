import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBash } from '../find-bash.js';
import type { Reply } from '../protocol.js';
import { INVALID_ENTRIES } from './driver.js';
import { InvalidEntries } from './invalid-entries.js';
import { startTask } from './task-process.js';

const FILES = '/proc/self/fd';

/** Closes this process's file of this path behind its owner's back. */
function breakFile(path: string): void {
  const isIt = (file: string) => {
    try {
      return readlinkSync(join(FILES, file)) === path;
    } catch {
      return false;
    }
  };
  closeSync(Number(readdirSync(FILES).find(isIt)));
}

it('says the end of a task also where what its bash could not parse cannot be read', async () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const folder = mkdtempSync(join(tmpdir(), 'task-process-'));
  const pipes = [join(folder, '0'), join(folder, '1')] as const;
  execFileSync('mkfifo', pipes);
  const readers = pipes.map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const invalidEntries = new InvalidEntries(folder);
  invalidEntries.open(null);
  breakFile(join(folder, INVALID_ENTRIES));

  const exited = new Promise<Reply>((done) => {
    const surroundings = {
      ...{
        bash: findBash(process.env['PATH']),
        user: null,
        openFiles: null,
        launcher: 'task-process-spec',
        folder,
        invalidEntries,
      },
      openFiles: null,
      inherited: { PATH: process.env['PATH'] ?? '' },
      takeReady: () => undefined,
      reply: (message: Reply) => {
        if (message.kind === 'exited') done(message);
      },
      onExit: () => undefined,
      again: () => undefined,
    };
    const script = { entries: ['exit 7'], allowFailure: false, fenced: false };
    const stopping = { killSignal: 'SIGINT', outputGraceMs: 0 } as const;
    startTask({ kind: 'start', id: 1, env: {}, pipes, ...script, ...stopping }, surroundings);
  });
  expect(await exited).toEqual({ kind: 'exited', id: 1, code: 7, invalid: null, cut: null });
  expect(write.mock.calls.map(String).join('')).toMatch(/^holdfast launcher: Error: EBADF/);

  for (const reader of readers) closeSync(reader);
  rmSync(folder, { recursive: true });
  write.mockRestore();
});
