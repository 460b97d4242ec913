import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from './support/database.js';
import { testWith } from './support/gateway.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const hasGit = spawnSync('git', ['--version']).status === 0;
const gitTest = (name: string, run: () => Promise<void>) => {
  testWith('git', hasGit, name, run);
};

const GUEST = 'pipelines: { guest: { tasks: { t: { script: [echo mine] } } } }';

/** A repository whose author would like to run things here. */
function repository(): string {
  const origin = mkdtempSync(join(tmpdir(), 'holdfast-origin-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: origin, stdio: 'pipe' });
  git('init', '--quiet');
  writeFileSync(join(origin, 'pipelines.yml'), GUEST);
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'a');
  return origin;
}

const namesOf = async (service: TestService): Promise<string[]> => {
  const { body } = await service.get<{ pipelines: { pipeline: string }[] }>('/pipelines');
  return body.pipelines.map(({ pipeline }) => pipeline);
};

describe('a task that checks out a repository below the path', () => {
  gitTest('adds no pipelines, whatever the repository contains; a file that is named is loaded', async () => {
    const origin = repository();
    const own = `pipelines:
  build:
    tasks:
      clone: { script: [git clone --quiet '${origin}' work/clone] }
      worktree: { script: [git -C work/clone worktree add --quiet --detach ../tree], depends_on: [clone] }
`;
    const folder = pipelinesFolder(own);
    const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder };
    const first = new TestService(env, folder);
    const job = await first.completed(await first.schedule('build'));
    expect(taskStates(job)).toEqual({ clone: 'done', worktree: 'done' });
    for (const checkout of ['clone', 'tree'])
      expect(readFileSync(join(folder, 'work', checkout, 'pipelines.yml'), 'utf8')).toBe(GUEST);

    first.process.kill('SIGUSR1');
    await until('it has reloaded', () => first.output.includes('pipelines loaded: nothing has changed'));
    expect(await namesOf(first)).toEqual(['build']);
    const files = 'work/clone/pipelines.yml, work/tree/pipelines.yml';
    const passedOver = `passed over 2 files in checkouts (folders with .git): ${files}`;
    expect(first.output).toContain(`warning: loading ${folder}: ${passedOver}`);
    await first.stop();

    writeFileSync(join(folder, 'work', 'tree', 'pipelines.yml'), 'pipelines: [');
    const second = new TestService(env, folder);
    expect(await namesOf(second)).toEqual(['build']);
    expect(second.output).toContain(passedOver);
    await second.stop();

    const pattern = 'pipelines.yml, work/clone/pipelines.yml';
    const third = new TestService({ ...env, HOLDFAST_PATTERN: pattern }, folder);
    expect(await namesOf(third)).toEqual(['build', 'guest']);
    expect(third.output).not.toContain('passed over');
    await third.stop();
  });
});
