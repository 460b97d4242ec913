/** Finds code of the service that runs outside any `try`, where an error would end the process, and is not guarded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** What calls a handler later, by the name that is called, and which of its arguments that is. */
const EMITTERS = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'addEventListener'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick'];
/** Of these it is the last argument, where that is a function. */
const TAKE_CALLBACKS = ['execFile', 'finished', 'pipeline', 'getConnections', 'listen', 'close', 'send'];
const CHAINS = ['then', 'catch', 'finally'];

/** Programs of their own, which end with what they were asked for, and their errors with them. */
const PROGRAMS = /^(cli\/|migrate\.ts$|seed\.ts$|token\.ts$)/;

/** Files whose handlers are not guarded, each with its reason. */
const UNGUARDED: Readonly<Record<string, string>> = {
  'executor/launcher/launcher.ts':
    'An error there must end the launcher and its tasks: no dead man’s switch goes on half done.',
  'pipelines/threads/serve.ts': 'An error there ends the thread, and what was asked of it fails.',
  'telemetry/guard.ts': 'It is the guard.',
  'telemetry/log.ts': 'What it does at the exit has a `try` of its own; nothing comes after it.',
  'ending.ts': 'It is what an error that nothing caught comes to.',
};

/**
 * What may be called with `void`: a reply, which is thenable and no work, and statements that are awaited with their
 * COMMIT.
 */
const IGNORED = ['reply', 'refuse', 'later', 'http', 'atCommit'];

const nameOf = (callee: ts.Expression): string => {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : '';
};

/** Names from this module are promises, and take no handler. */
const importedFrom = (file: ts.SourceFile, module: string): string[] =>
  file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || statement.moduleSpecifier.getText(file) !== `'${module}'`)
      return [];
    const named = statement.importClause?.namedBindings;
    return named !== undefined && ts.isNamedImports(named) ? named.elements.map(({ name }) => name.text) : [];
  });

class Findings {
  readonly found: string[] = [];
  readonly #path: string;
  readonly #file: ts.SourceFile;
  readonly #promised: readonly string[];
  /** Names of guarded handlers. */
  readonly #guarded = new Set<string>();
  /** Names of functions that settle a promise, around what is looked at. */
  readonly #settling: string[] = [];

  constructor(path: string, text: string) {
    this.#path = path;
    this.#file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    this.#promised = importedFrom(this.#file, 'node:timers/promises');
    this.#look(this.#file);
  }

  #look(node: ts.Node): void {
    const settling = settlingOf(node);
    this.#settling.push(...settling);
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined)
      this.#note(node.name, node.initializer);
    if (ts.isPropertyDeclaration(node) && node.initializer !== undefined)
      this.#note(node.name, node.initializer);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
      this.#note(node.left, node.right);
    if (ts.isCallExpression(node)) this.#lookAtCall(node);
    if (ts.isVoidExpression(node) && !IGNORED.includes(rootOf(node.expression))) this.#add(node);
    if (ts.isExpressionStatement(node) && isChain(node.expression) && !this.#isCaught(node.expression))
      this.#add(node);
    ts.forEachChild(node, (child) => {
      this.#look(child);
    });
    this.#settling.splice(this.#settling.length - settling.length);
  }

  #note(name: ts.Node, value: ts.Expression): void {
    if (this.#isGuarded(value)) this.#guarded.add(name.getText());
  }

  #lookAtCall(call: ts.CallExpression): void {
    const handler = this.#handlerOf(call);
    if (handler !== undefined && !this.#isHarmless(handler)) this.#add(call);
  }

  #handlerOf({ expression, arguments: given }: ts.CallExpression): ts.Expression | undefined {
    const name = nameOf(expression);
    const isMethod = ts.isPropertyAccessExpression(expression);
    if (EMITTERS.includes(name)) return isMethod ? given[1] : undefined;
    if (TIMERS.includes(name)) {
      const isTimer = isMethod
        ? expression.expression.getText() === 'process'
        : !this.#promised.includes(name);
      return isTimer ? given[0] : undefined;
    }
    const last = given.at(-1);
    return TAKE_CALLBACKS.includes(name) && last !== undefined && isFunction(last) ? last : undefined;
  }

  #isHarmless(handler: ts.Expression): boolean {
    return this.#isGuarded(handler) || isEmpty(handler) || this.#settles(handler);
  }

  /** Whether a chain that nothing awaits ends in a `catch`. */
  #isCaught({ expression, arguments: given }: ts.CallExpression): boolean {
    const [handler] = given;
    return nameOf(expression) === 'catch' && handler !== undefined && this.#isHarmless(handler);
  }

  #isGuarded(node: ts.Expression): boolean {
    if (this.#guarded.has(node.getText())) return true;
    // A private field is the same of any object of its class.
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isPrivateIdentifier(node.name) &&
      this.#guarded.has(node.name.text)
    )
      return true;
    return ts.isCallExpression(node) && nameOf(node.expression) === 'guarded';
  }

  /** Whether it does nothing but call what settles a promise. */
  #settles(node: ts.Node): boolean {
    if (ts.isIdentifier(node)) return this.#settling.includes(node.text);
    if (ts.isCallExpression(node)) return this.#settles(node.expression);
    if (ts.isExpressionStatement(node)) return this.#settles(node.expression);
    if (!ts.isArrowFunction(node)) return false;
    return ts.isBlock(node.body)
      ? node.body.statements.every((one) => this.#settles(one))
      : this.#settles(node.body);
  }

  #add(node: ts.Node): void {
    this.found.push(`${this.#path}: ${node.getText(this.#file).replace(/\s+/g, ' ').slice(0, 60)}`);
  }
}

/** Parameters of the function that a `new Promise` is given. */
function settlingOf(node: ts.Node): string[] {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'Promise') return [];
  const [executor] = node.arguments ?? [];
  return executor !== undefined && ts.isArrowFunction(executor)
    ? executor.parameters.map(({ name }) => name.getText())
    : [];
}

/** `() => undefined` and `() => {}`. */
function isEmpty(node: ts.Expression): boolean {
  if (!ts.isArrowFunction(node)) return false;
  return ts.isBlock(node.body) ? node.body.statements.length === 0 : node.body.getText() === 'undefined';
}

/** What a chain of calls begins with. */
function rootOf(node: ts.Expression): string {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) return rootOf(node.expression);
  return node.getText();
}

const isFunction = (node: ts.Expression): boolean =>
  ts.isArrowFunction(node) || ts.isFunctionExpression(node);

const isChain = (node: ts.Expression): node is ts.CallExpression =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  CHAINS.includes(node.expression.name.text);

const findingsIn = (path: string, text: string): string[] => new Findings(path, text).found;

function sources(): Map<string, string> {
  const root = join(__dirname, '..', 'src');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.spec)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('database/generated/') && !PROGRAMS.test(path));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

test('every handler of the service is guarded, or has a reason not to be', () => {
  const files = [...sources()];
  expect(files.length).toBeGreaterThan(100);
  const found = files
    .filter(([path]) => !(path in UNGUARDED))
    .flatMap(([path, text]) => findingsIn(path, text));
  expect(found).toEqual([]);
});

test('every file that has a reason needs it', () => {
  const files = sources();
  const needless = Object.keys(UNGUARDED).filter(
    (path) => findingsIn(path, files.get(path) ?? '').length === 0,
  );
  expect(needless).toEqual([]);
});

describe('the check of handlers', () => {
  it.each([
    "socket.on('close', () => { this.count -= 1; });",
    "socket.once('close', close);",
    "socket?.on('close', close);",
    "signal.addEventListener('abort', () => release(), { once: true });",
    "process.on('SIGTERM', onSignal);",
    'setTimeout(wake, 10);',
    'timer = setInterval(() => this.look(), 10);',
    'setImmediate(() => void this.look());',
    'process.nextTick(look);',
    'queueMicrotask(look);',
    "execFile('mkfifo', paths, (error) => { if (error === null) made(); });",
    'server.close(() => { this.closed = true; });',
    'class A { #cut = () => end(); b() { setTimeout(this.#cut, 10); } }',
    'void this.#send();',
    'void work.then(report);',
    'work.then(report, fail);',
    'work.finally(release);',
    'work.catch(report);',
    'new Promise((done) => socket.once("close", () => { this.count -= 1; done(); }));',
    'new Promise((done) => use(done)); setTimeout(done, 10);',
  ])('finds %j', (text) => {
    expect(findingsIn('a.ts', text)).not.toEqual([]);
  });

  it.each([
    "socket.on('close', guarded('http', () => { this.count -= 1; }));",
    "const close = guarded('http', () => { this.count -= 1; }); socket.once('close', close);",
    "this.cut = guarded('http', () => end()); setTimeout(this.cut, 10);",
    "class A { #cut = guarded('http', () => end()); b() { setTimeout(this.#cut, 10); } }",
    "socket.on('error', () => undefined);",
    "socket.on('error', () => {});",
    'new Promise((done) => setTimeout(done, 10));',
    'new Promise((done, fail) => { server.once("error", fail); server.listen(0, () => { done(); }); });',
    'new Promise((done, fail) => { child.once("error", (error) => { fail(error); }); });',
    "import { setTimeout } from 'node:timers/promises'; await setTimeout(10);",
    'clearTimeout(timer);',
    'once(pool, work);',
    'reply.raw.setTimeout(SILENCE_MS);',
    'await work.then(report);',
    'const settled = work.then(report);',
    'work.catch(() => undefined);',
    'inBackground("http", () => work());',
    "void reply.header('vary', '*');",
    'void atCommit(insert(on));',
    'list.map(({ id }) => id);',
  ])('leaves %j alone', (text) => {
    expect(findingsIn('a.ts', text)).toEqual([]);
  });
});
