import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const SCRIPT = join(ROOT, 'scripts', 'list-dependencies.mjs');
const DAY_MS = 86_400_000;

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
}

interface Listed {
  readonly code: number;
  readonly rows: string[][];
  readonly stderr: string;
}

describe('npm run list:dependencies', () => {
  /** Times of publication by package and version, as the registry has them. */
  const published = new Map<string, Record<string, string>>();
  let registry: Server;
  let folder: string;

  beforeAll(async () => {
    registry = createServer((request, response) => {
      const name = decodeURIComponent(request.url ?? '').slice(1);
      const time = published.get(name);
      response.writeHead(time === undefined ? 404 : 200, { 'content-type': 'application/json' });
      const versions = Object.fromEntries(
        Object.keys(time ?? {}).map((version) => [version, { name, version }]),
      );
      const latest = Object.keys(versions).at(-1);
      response.end(
        JSON.stringify(time === undefined ? {} : { name, 'dist-tags': { latest }, versions, time }),
      );
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    registry.close();
  });
  beforeEach(() => {
    published.clear();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-dependencies-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function project(manifest: object, packages: Record<string, object>): void {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'p', version: '1.2.3', ...manifest }));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  }

  function list(): Promise<Listed> {
    const { port } = registry.address() as AddressInfo;
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      npm_config_registry: `http://127.0.0.1:${port}`,
      npm_config_cache: join(folder, 'cache'),
    };
    return new Promise((done) => {
      execFile(process.execPath, [SCRIPT], { cwd: folder, env }, (error, stdout, stderr) => {
        const lines = stdout.split('\n').filter((line) => line.startsWith('| '));
        const rows = lines.slice(2).map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        );
        done({ code: Number(error?.code ?? 0), rows, stderr });
      });
    });
  }

  test('tells version, license, day and age of each direct dependency, by name', async () => {
    const day = new Date(Date.now() - 100.5 * DAY_MS).toISOString();
    published.set('b', { '2.0.0': '2020-01-02T03:04:05.000Z', '2.1.0': day });
    published.set('@s/a', { '1.0.0': day });
    published.set('c', { '3.0.0': day });
    project(
      {
        dependencies: { b: '^2.0.0' },
        optionalDependencies: { '@s/a': '1.0.0' },
        devDependencies: { c: '3' },
      },
      {
        'node_modules/b': { version: '2.1.0', license: 'MIT' },
        'node_modules/@s/a': { version: '1.0.0', license: 'ISC' },
        'node_modules/c': { version: '3.0.0', license: '(MIT OR Apache-2.0)' },
        'node_modules/c/node_modules/b': { version: '2.0.0', license: 'X' },
        'node_modules/indirect': { version: '9.0.0', license: 'X' },
      },
    );
    const at = day.slice(0, 10);
    expect(await list()).toEqual({
      code: 0,
      rows: [
        ['@s/a', '1.0.0', 'ISC', at, '100', 'runtime, optional'],
        ['b', '2.1.0', 'MIT', at, '100', 'runtime'],
        ['c', '3.0.0', '(MIT OR Apache-2.0)', at, '100', 'development'],
      ],
      stderr: '',
    });
  });

  test('says what it could not find out, lists the rest, and fails', async () => {
    published.set('known', { '1.0.0': '2020-01-02T03:04:05.000Z' });
    published.set('other', { '1.0.0': '2020-01-02T03:04:05.000Z' });
    project(
      { dependencies: { gone: '1', known: '1', other: '2', unlocked: '1' } },
      {
        'node_modules/gone': { version: '1.0.0', license: 'MIT' },
        'node_modules/known': { version: '1.0.0' },
        'node_modules/other': { version: '2.0.0', license: 'MIT' },
      },
    );
    const { code, rows, stderr } = await list();
    expect(code).toBe(1);
    expect(rows.map(([name, version, license, at]) => [name, version, license, at])).toEqual([
      ['gone', '1.0.0', 'MIT', 'unknown'],
      ['known', '1.0.0', 'unknown', '2020-01-02'],
      ['other', '2.0.0', 'MIT', 'unknown'],
      ['unlocked', 'unknown', 'unknown', 'unknown'],
    ]);
    expect(stderr).toMatch(/^list-dependencies: gone: the registry does not answer: .*404/m);
    expect(stderr).toMatch(/^list-dependencies: known: package-lock.json names no license$/m);
    expect(stderr).toMatch(/^list-dependencies: other: the registry does not say when 2.0.0 was published$/m);
    expect(stderr).toMatch(/^list-dependencies: unlocked: package-lock.json does not have it$/m);
  });

  test('can tell version and license of all that we depend on', () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
    const manifest = read('package.json') as Record<string, Record<string, string>>;
    const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
    const names = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((group) =>
      Object.keys(manifest[group] ?? {}),
    );
    expect(names).toContain('fastify');
    const incomplete = names.filter((name) => {
      const { version, license } = packages[`node_modules/${name}`] ?? {};
      return version === undefined || license === undefined;
    });
    expect(incomplete).toEqual([]);
  });
});
