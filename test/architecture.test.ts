import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

/** From the ground up: a room imports itself and those before it. Last the files beside the rooms, which open them. */
const ROOMS = [
  ...['domain', 'template', 'telemetry', 'config', 'database', 'executor', 'logs', 'pipelines'],
  ...['scheduler', 'jobs', 'worker', 'http', 'client', 'cli'],
];
const BESIDE = 'the top of src';
/** They meet in Postgres. */
const APART = ['jobs', 'worker'];

/** A program of its own, which asks the service as others do. It starts at each command, so it loads little. */
const PROGRAM = 'cli';
const PROGRAM_PACKAGES = ['commander', 'eventsource-parser'];
/** What programs and the page share. */
const SHARED = 'client';
/** What they may import besides themselves; the service imports none of them. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  [PROGRAM]: ['domain', SHARED],
  [SHARED]: ['domain'],
};

/** Rooms that stand on nothing. */
const NO_PACKAGES = ['domain', 'template', SHARED];
const NO_NODE = ['domain', SHARED];

const NO_FOLDERS = ['common', 'utils', 'helpers'];

/**
 * `config` reads the environment. The launcher is a process of its own, without settings, and finds bash in its PATH;
 * the command line is another one, and asks what terminal it has.
 */
const READS_ENVIRONMENT = (path: string) =>
  roomOf(path) === 'config' || ['executor/launcher/launcher.ts', 'cli/main.ts'].includes(path);

/** Text by path below src. */
type Files = ReadonlyMap<string, string>;

interface Import {
  readonly path: string;
  /** As it is written. */
  readonly wanted: string;
  /** The file, for what is ours; null for packages and Node's modules. */
  readonly file: string | null;
}

const roomOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : BESIDE);

/** Types, re-exports, `import()` and `require()` included; a type that is imported is known all the same. */
function importsOf(path: string, text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName: wanted }) => ({
    path,
    wanted,
    file: wanted.startsWith('.') ? posix.join(posix.dirname(path), wanted).replace(/\.js$/, '.ts') : null,
  }));
}

const allImports = (files: Files) => [...files].flatMap(([path, text]) => importsOf(path, text));

function wrongRooms(files: Files): string[] {
  const order = [...ROOMS, BESIDE];
  const strange = [...files.keys()].filter((path) => !order.includes(roomOf(path)));
  const wrong = allImports(files).filter(({ path, file }) => {
    if (file === null) return false;
    const [from, to] = [roomOf(path), roomOf(file)];
    if (from === to) return false;
    if (from in OUTSIDE || to in OUTSIDE) return OUTSIDE[from]?.includes(to) !== true;
    return order.indexOf(to) > order.indexOf(from) || (APART.includes(from) && APART.includes(to));
  });
  return [
    ...strange.map((path) => `${path} is in no room`),
    ...wrong.map(({ path, file }) => `${path} must not import ${String(file)}`),
  ];
}

function wrongPackages(files: Files): string[] {
  return allImports(files)
    .filter(({ path, wanted, file }) => {
      if (file !== null) return false;
      if (roomOf(path) === PROGRAM) return !isBuiltin(wanted) && !PROGRAM_PACKAGES.includes(wanted);
      return (isBuiltin(wanted) ? NO_NODE : NO_PACKAGES).includes(roomOf(path));
    })
    .map(({ path, wanted }) => `${path} must not import ${wanted}`);
}

/** A circle for each import that closes one. */
function cycles(files: Files): string[] {
  const found: string[] = [];
  const left = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    if (way.includes(path)) found.push([...way.slice(way.indexOf(path)), path].join(' > '));
    if (way.includes(path) || left.has(path)) return;
    way.push(path);
    const targets = new Set(importsOf(path, files.get(path) ?? '').flatMap(({ file }) => file ?? []));
    for (const target of targets) if (files.has(target)) visit(target);
    way.pop();
    left.add(path);
  };
  for (const path of [...files.keys()].sort()) visit(path);
  return found;
}

/** Whether the environment is read: `process.env`, `env` taken from `process` or imported from Node. */
function readsEnvironment(text: string): boolean {
  const named = (node: ts.Node, name: string) => ts.isIdentifier(node) && node.text === name;
  const isProcess = (node: ts.Node) =>
    named(node, 'process') || (ts.isPropertyAccessExpression(node) && named(node.name, 'process'));
  const reads = (node: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) return named(node.name, 'env');
    if (ts.isElementAccessExpression(node) && isProcess(node.expression)) return true;
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined && isProcess(node.initializer))
      return true;
    if (ts.isImportDeclaration(node) && /["'](node:)?process["']/.test(node.moduleSpecifier.getText(source)))
      return true;
    return ts.forEachChild(node, reads) ?? false;
  };
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  return reads(source);
}

function wrongReaders(files: Files): string[] {
  return [...files]
    .filter(([path, text]) => !READS_ENVIRONMENT(path) && readsEnvironment(text))
    .map(([path]) => `${path} reads the environment`);
}

function wrongNames(files: Files): string[] {
  return [...files.keys()].flatMap((path) => [
    ...(posix.basename(path) === 'index.ts' ? [`${path} is a barrel`] : []),
    ...posix
      .dirname(path)
      .split('/')
      .filter((folder) => NO_FOLDERS.includes(folder))
      .map((folder) => `${path} is in a folder called ${folder}`),
  ]);
}

function withoutOpening(files: Files): string[] {
  return [...files]
    .filter(([, text]) => {
      const [, comment = ''] = /^\/\*\*(.*?)\*\//s.exec(text) ?? [];
      return (comment.match(/\p{L}+/gu) ?? []).length < 3;
    })
    .map(([path]) => `${path} does not open with what it answers for`);
}

const GENERATED = join('database', 'generated');

function sources(): Files {
  const root = join(__dirname, '..', 'src');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(GENERATED + sep));
  return new Map(
    paths.sort().map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')]),
  );
}

describe('the house', () => {
  const files = sources();

  it('is read', () => {
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['main.ts', 'domain/order.ts', 'http/server.ts']),
    );
    expect(new Set([...files.keys()].map(roomOf))).toEqual(new Set([...ROOMS, BESIDE]));
  });

  it('has every file that it imports of its own', () => {
    const missing = allImports(files).filter(({ file }) => {
      return file !== null && !files.has(file) && !file.startsWith('database/generated/');
    });
    expect(missing).toEqual([]);
  });

  it('has rooms that import only themselves and what is below them; jobs and worker never each other', () => {
    expect(wrongRooms(files)).toEqual([]);
  });

  it('has a command line that stands on the domain, what it shares with the page and few packages, and that nobody imports', () => {
    const ofProgram = [...wrongRooms(files), ...wrongPackages(files)].filter((line) =>
      /\b(cli|client)\//.test(line),
    );
    expect(ofProgram).toEqual([]);
  });

  it('has a domain without packages and Node, and templates without packages', () => {
    expect(wrongPackages(files)).toEqual([]);
  });

  it('has no circle of files', () => {
    expect(cycles(files)).toEqual([]);
  });

  it('reads the environment in config alone', () => {
    expect(wrongReaders(files)).toEqual([]);
  });

  it('opens connections to the database in one way', () => {
    const openers = [...files].filter(([, text]) =>
      /new pg\.|class \w+ extends pg\.|from 'pg-pool'/.test(text),
    );
    expect(openers.map(([path]) => path)).toEqual(['database/connect/client.ts', 'database/pool.ts']);
  });

  it('has no barrels and no folders for whatever', () => {
    expect(wrongNames(files)).toEqual([]);
  });

  it('has files that open with what they answer for', () => {
    expect(withoutOpening(files)).toEqual([]);
  });
});

/** The page's, with .ts for .tsx, as nobody who imports a file says which it is. */
function pageSources(): Files {
  const root = join(__dirname, '..', 'web');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /(?<!\.(spec|d|config))\.tsx?$/.test(name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return new Map(
    paths
      .sort()
      .map((path) => [path.split(sep).join('/').replace(/x$/, ''), readFileSync(join(root, path), 'utf8')]),
  );
}

const PAGE_PACKAGES = [
  'eventsource-parser',
  'react',
  'react/jsx-runtime',
  'react-dom',
  'react-dom/client',
  '@tanstack/react-query',
  '@dagrejs/dagre',
];

describe('the page', () => {
  const files = pageSources();

  it('is read', () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(['main.ts', 'api/client.ts', 'app/app.ts']));
  });

  const isStrange = ({ wanted, file }: Import) => {
    if (file === null) return !PAGE_PACKAGES.includes(wanted);
    return !files.has(file) && !file.endsWith('.css') && !file.startsWith(`../src/${SHARED}/`);
  };

  it('talks to the API only: nothing of the service is in it but what programs share, and few packages are', () => {
    expect(allImports(files).filter(isStrange)).toEqual([]);
    const others = ["'../../src/domain/a.js'", "'../../src/client/../jobs/a.js'", "'yaml'", "'node:fs'"];
    const text = others.map((one) => `import ${one};`).join(' ');
    expect(importsOf('output/a.ts', text).filter(isStrange)).toHaveLength(others.length);
  });

  it('asks from one place', () => {
    const askers = [...files].filter(([, text]) =>
      /\bfetch\(|XMLHttpRequest|EventSource|WebSocket/.test(text),
    );
    expect(askers.map(([path]) => path)).toEqual(['api/client.ts']);
  });

  it('makes no markup of text', () => {
    const makers = [...files].filter(([, text]) =>
      /dangerouslySetInnerHTML|innerHTML|insertAdjacent/.test(text),
    );
    expect(makers.map(([path]) => path)).toEqual([]);
  });

  it('has no circle of files, no barrels, and files that open with what they answer for', () => {
    expect([...cycles(files), ...wrongNames(files), ...withoutOpening(files)]).toEqual([]);
  });
});

describe('the check of the rooms', () => {
  const imports = (path: string, wanted: string) => new Map([[path, `import { x } from '${wanted}';`]]);

  it.each([
    ['domain/a.ts', '../template/b.js', 'template/b.ts'],
    ['database/a.ts', '../scheduler/b.js', 'scheduler/b.ts'],
    ['database/deep/a.ts', '../../jobs/b.js', 'jobs/b.ts'],
    ['scheduler/a.ts', '../worker/b.js', 'worker/b.ts'],
    ['jobs/a.ts', '../http/b.js', 'http/b.ts'],
    ['jobs/a.ts', '../worker/b.js', 'worker/b.ts'],
    ['worker/a.ts', '../jobs/b.js', 'jobs/b.ts'],
    ['http/a.ts', '../service.js', 'service.ts'],
    ['http/a.ts', './../main.js', 'main.ts'],
    ['cli/a.ts', '../config/b.js', 'config/b.ts'],
    ['cli/deep/a.ts', '../../jobs/b.js', 'jobs/b.ts'],
    ['service.ts', './cli/b.js', 'cli/b.ts'],
    ['service.ts', './client/b.js', 'client/b.ts'],
    ['http/a.ts', '../client/b.js', 'client/b.ts'],
    ['client/a.ts', '../cli/b.js', 'cli/b.ts'],
    ['client/a.ts', '../http/b.js', 'http/b.ts'],
    ['http/a.ts', '../cli/b.js', 'cli/b.ts'],
  ])('finds that %s imports %s', (path, wanted, file) => {
    expect(wrongRooms(imports(path, wanted))).toEqual([`${path} must not import ${file}`]);
  });

  it.each([
    ['domain/a.ts', './b.js'],
    ['database/deep/a.ts', '../b.js'],
    ['worker/a.ts', '../scheduler/b.js'],
    ['http/a.ts', '../jobs/b.js'],
    ['cli/deep/a.ts', '../b.js'],
    ['cli/a.ts', '../domain/b.js'],
    ['cli/deep/a.ts', '../../client/b.js'],
    ['client/a.ts', '../domain/b.js'],
    ['service.ts', './worker/b.js'],
    ['service.ts', './main.js'],
    ['jobs/a.ts', '@nestjs/common'],
  ])('leaves alone that %s imports %s', (path, wanted) => {
    expect(wrongRooms(imports(path, wanted))).toEqual([]);
  });

  it('finds a room that nobody knows', () => {
    expect(wrongRooms(new Map([['attic/a.ts', '']]))).toEqual(['attic/a.ts is in no room']);
  });

  it.each([
    "import type { X } from '../http/b.js';",
    "import { type X } from '../http/b.js';",
    "import '../http/b.js';",
    "import * as b from '../http/b.js';",
    "import b, {\n  x,\n} from '../http/b.js';",
    "export { x } from '../http/b.js';",
    "export * from '../http/b.js';",
    "const b = await import('../http/b.js');",
    "let b: import('../http/b.js').X;",
    "const b = require('../http/b.js');",
  ])('finds %j', (text) => {
    expect(wrongRooms(new Map([['domain/a.ts', text]]))).toEqual(['domain/a.ts must not import http/b.ts']);
  });

  it.each([
    "// import '../http/b.js';",
    "/* import '../http/b.js'; */",
    '`import "../http/b.js"`;',
    "'../http/b.js';",
  ])('takes %j for no import', (text) => {
    expect(allImports(new Map([['domain/a.ts', text]]))).toEqual([]);
  });

  it('finds packages and Node where they must not be', () => {
    const text = "import fs from 'node:fs'; import path from 'path'; import yaml from 'yaml';";
    expect(wrongPackages(new Map([['domain/a.ts', text]]))).toEqual([
      'domain/a.ts must not import node:fs',
      'domain/a.ts must not import path',
      'domain/a.ts must not import yaml',
    ]);
    expect(wrongPackages(new Map([['template/a.ts', text]]))).toEqual(['template/a.ts must not import yaml']);
    expect(wrongPackages(new Map([['pipelines/a.ts', text]]))).toEqual([]);
    expect(wrongPackages(new Map([['cli/a.ts', `${text} import 'commander';`]]))).toEqual([
      'cli/a.ts must not import yaml',
    ]);
  });
});

describe('the check for circles', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
    new Map(
      Object.entries(edges).map(([name, to]) => [
        `domain/${name}.ts`,
        to.map((other) => `import type { X } from './${other}.js';`).join('\n'),
      ]),
    );

  it('finds two files that import each other', () => {
    expect(cycles(graph({ a: ['b'], b: ['a'] }))).toEqual(['domain/a.ts > domain/b.ts > domain/a.ts']);
  });

  it('finds a file that imports itself', () => {
    expect(cycles(graph({ a: ['a'] }))).toEqual(['domain/a.ts > domain/a.ts']);
  });

  it('finds a long circle behind files that are in none', () => {
    expect(cycles(graph({ a: ['d'], d: ['c'], c: ['b', 'e'], b: ['d'], e: [] }))).toEqual([
      'domain/d.ts > domain/c.ts > domain/b.ts > domain/d.ts',
    ]);
  });

  it('takes two ways to one file for no circle', () => {
    expect(cycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });

  it('follows imports from folder to folder', () => {
    const files = new Map([
      ['database/a.ts', "import './deep/b.js';"],
      ['database/deep/b.ts', "export * from '../a.js';"],
    ]);
    expect(cycles(files)).toEqual(['database/a.ts > database/deep/b.ts > database/a.ts']);
  });
});

describe('the check of who reads the environment', () => {
  it.each([
    'const a = process.env;',
    "const a = process.env['PATH'];",
    "const a = process['env'];",
    'const { env } = process;',
    'const p = process;',
    'const a = globalThis.process.env.PATH;',
    'function f(environment = process.env) {}',
    "import { env } from 'node:process';",
    "import process from 'process';",
  ])('finds %j', (text) => {
    expect(wrongReaders(new Map([['jobs/a.ts', text]]))).toEqual(['jobs/a.ts reads the environment']);
  });

  it.each(['process.pid;', '// process.env', "'process.env';", 'other.env;', 'const env = { process: 1 };'])(
    'leaves %j alone',
    (text) => {
      expect(wrongReaders(new Map([['jobs/a.ts', text]]))).toEqual([]);
    },
  );

  it('leaves config, the launcher and the start of the command line alone, and nothing else beside them', () => {
    const text = 'process.env;';
    const files = new Map(
      [
        'config/a.ts',
        'executor/launcher/launcher.ts',
        'executor/a.ts',
        'cli/main.ts',
        'cli/a.ts',
        'main.ts',
      ].map((path) => [path, text]),
    );
    expect(wrongReaders(files)).toEqual([
      'executor/a.ts reads the environment',
      'cli/a.ts reads the environment',
      'main.ts reads the environment',
    ]);
  });
});

describe('the check of names', () => {
  it('finds barrels and folders for whatever', () => {
    const paths = [
      'domain/index.ts',
      'jobs/utils/text.ts',
      'common/a.ts',
      'http/a/helpers/b.ts',
      'jobs/helpers.ts',
    ];
    expect(wrongNames(new Map(paths.map((path) => [path, ''])))).toEqual([
      'domain/index.ts is a barrel',
      'jobs/utils/text.ts is in a folder called utils',
      'common/a.ts is in a folder called common',
      'http/a/helpers/b.ts is in a folder called helpers',
    ]);
  });
});

describe('the check of how files open', () => {
  it.each([
    '',
    'export const a = 1;',
    '// Keeps the jobs in order.\n',
    "import a from 'a';\n/** Keeps the jobs in order. */",
    '/** */',
    '/** Jobs. */',
    '/** @module jobs */',
  ])('finds one that opens with %j', (text) => {
    expect(withoutOpening(new Map([['jobs/a.ts', text]]))).toEqual([
      'jobs/a.ts does not open with what it answers for',
    ]);
  });

  it.each([
    '/** Keeps the jobs in order. */\n',
    '/**\n * Keeps the jobs in order.\n *\n * By name.\n */\nexport {};',
  ])('leaves one alone that opens with %j', (text) => {
    expect(withoutOpening(new Map([['jobs/a.ts', text]]))).toEqual([]);
  });
});
