import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Run by npm on its own, on an install or around `npm pack` and `npm publish`. */
const LIFECYCLE = ['install', 'prepare', 'prepack', 'postpack', 'publish', 'dependencies', 'uninstall'];

/** npm's own settings only: those of the npm that runs these tests would be taken over from the environment. */
const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

/** A project with one dependency, which has every install script there is. */
class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-install-'));
  readonly #dependency = join(this.folder, 'node_modules', 'eager');

  constructor() {
    const source = join(this.folder, 'eager');
    mkdirSync(source);
    const names = ['preinstall', 'install', 'postinstall'];
    const eager = Object.fromEntries(names.map((name) => [name, `touch ran-${name}`]));
    this.#write('eager/package.json', { name: 'eager', version: '1.0.0', scripts: eager });
    this.npm('pack', '--ignore-scripts', './eager');
    const archive = 'file:eager-1.0.0.tgz';
    // For an npm that asks which packages may run scripts: this one may.
    const allowed = `file:${join(this.folder, 'eager-1.0.0.tgz')}`;
    const dependencies = { eager: archive };
    this.#write('package.json', {
      name: 'p',
      version: '1.0.0',
      dependencies,
      allowScripts: { [allowed]: true },
    });
    this.npm('install', '--package-lock-only');
  }

  npm(...args: string[]): void {
    const quiet = ['--no-audit', '--no-fund', '--offline', '--loglevel=error'];
    execFileSync('npm', [...args, ...quiet], { cwd: this.folder, env, stdio: 'pipe' });
  }

  /** Whether each of its scripts ran. */
  get ran(): boolean[] {
    expect(existsSync(join(this.#dependency, 'package.json'))).toBe(true);
    const names = ['preinstall', 'install', 'postinstall'];
    return names.map((name) => existsSync(join(this.#dependency, `ran-${name}`)));
  }

  #write(file: string, content: unknown): void {
    writeFileSync(join(this.folder, file), JSON.stringify(content));
  }
}

describe("a package's install scripts", () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => {
    rmSync(project.folder, { recursive: true });
  });

  test.each([['ci'], ['install']])('do not run on npm %s, because of our .npmrc', (command) => {
    copyFileSync(join(ROOT, '.npmrc'), join(project.folder, '.npmrc'));
    project.npm(command);
    expect(project.ran).toEqual([false, false, false]);
  });

  test('would run without it', () => {
    project.npm('ci');
    expect(project.ran).toEqual([true, true, true]);
  });
});

describe('our own scripts', () => {
  test('stand by themselves: none is before or after another, which npm would leave out', () => {
    const names = Object.keys(scripts);
    const around = names.flatMap((name) => [`pre${name}`, `post${name}`]);
    const never = LIFECYCLE.flatMap((name) => [name, `pre${name}`, `post${name}`]);
    expect(names.filter((name) => around.includes(name))).toEqual([]);
    expect(names.filter((name) => never.includes(name))).toEqual([]);
  });

  test('build what they run', () => {
    const running = Object.entries(scripts).filter(([, command]) =>
      /\bnode (dist|bench|test)\//.test(command),
    );
    expect(running.map(([name]) => name)).toEqual(
      expect.arrayContaining(['start', 'seed', 'token', 'bench']),
    );
    const unbuilt = running.filter(([, command]) => !command.startsWith('node scripts/build.mjs && '));
    expect(unbuilt).toEqual([]);
  });
});

test('the image is built with our .npmrc, too', () => {
  const stages = read('Dockerfile').split(/^FROM /m);
  const installing = stages.filter((stage) => /^RUN npm /m.test(stage));
  expect(installing).toHaveLength(2);
  for (const stage of installing) expect(stage).toMatch(/^COPY .*\.npmrc .*\n(#.*\n)*RUN npm ci /m);
});
