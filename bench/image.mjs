// What the image has beside its base, in parts: the Dockerfile's own steps for the dependencies, carried out in a folder.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tell } from './support.mjs';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
const megabytes = (path) =>
  Number(execFileSync('du', ['-sb', path], { encoding: 'utf8' }).split('\t')[0]) / 1e6;

const [, stage = ''] = /\nFROM \S+ AS dependencies\n([\s\S]*?)\nFROM /.exec(
  readFileSync(join(root, 'Dockerfile'), 'utf8'),
);
const steps = [...stage.matchAll(/^RUN ((?:.*\\\n)*.*)$/gm)].map(([, step]) => step.replaceAll('\\\n', ' '));

try {
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(root, name), join(folder, name));
  for (const step of steps)
    execFileSync('sh', ['-c', step], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const modules = join(folder, 'node_modules');
  const packages = readdirSync(modules)
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : [name],
    )
    .map((name) => [name, megabytes(join(modules, name))])
    .sort(([, one], [, other]) => other - one);
  tell('the image beside its base, MB', {
    node_modules: megabytes(modules),
    dist: megabytes(join(root, 'dist')),
    prisma: megabytes(join(root, 'prisma')),
  });
  tell('of node_modules, MB', Object.fromEntries(packages.slice(0, 8)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
