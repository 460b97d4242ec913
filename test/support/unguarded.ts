/** Finds handlers in a source file that run outside any `try` and are not guarded, and work that nothing awaits. */
import ts from 'typescript';
import { declarationOf, valuesOf } from './bindings.js';

/** What calls a handler later, by the name that is called, and which of its arguments that is. */
const EMITTERS = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'addEventListener'];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick'];
/** Of these it is the last argument, where that is a function. */
const TAKE_CALLBACKS = [
  'execFile',
  'finished',
  'pipeline',
  'getConnections',
  'listen',
  'close',
  'send',
  'createServer',
];
const CHAINS = ['then', 'catch', 'finally'];

/**
 * What may be called with `void`: a reply, which is thenable and no work, and statements that are awaited with their
 * COMMIT.
 */
const IGNORED = ['reply', 'refuse', 'later', 'http', 'atCommit'];

/** Returns a line for each. */
export function findingsIn(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const look = (node: ts.Node) => {
    if (isUnguarded(node)) found.push(`${path}: ${node.getText(file).replace(/\s+/g, ' ').slice(0, 60)}`);
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

function isUnguarded(node: ts.Node): boolean {
  if (ts.isVoidExpression(node)) return !IGNORED.includes(rootOf(node.expression));
  if (ts.isExpressionStatement(node)) return isChain(node.expression) && !isCaught(node.expression);
  const handler = ts.isCallExpression(node) ? handlerOf(node) : undefined;
  return handler !== undefined && !isHarmless(handler);
}

function handlerOf({ expression, arguments: given }: ts.CallExpression): ts.Expression | undefined {
  const name = nameOf(expression);
  const isMethod = ts.isPropertyAccessExpression(expression);
  if (EMITTERS.includes(name)) return isMethod ? given[1] : undefined;
  if (TIMERS.includes(name)) {
    const isTimer = isMethod ? expression.expression.getText() === 'process' : !isPromised(expression);
    return isTimer ? given[0] : undefined;
  }
  const last = given.at(-1);
  return TAKE_CALLBACKS.includes(name) && last !== undefined && isFunction(last) ? last : undefined;
}

/** Timers of this module are promises, and take no handler. */
function isPromised(name: ts.Expression): boolean {
  const declaration = ts.isIdentifier(name) ? declarationOf(name) : null;
  if (declaration === null || !ts.isImportSpecifier(declaration)) return false;
  return declaration.parent.parent.parent.moduleSpecifier.getText() === `'node:timers/promises'`;
}

/** Whether the node, or a value of what it names, is one, as far as a file alone tells. */
function isFunction(node: ts.Node, looked: readonly ts.Node[] = []): boolean {
  if (looked.includes(node)) return false;
  if (ts.isFunctionLike(node)) return true;
  if (isWrapper(node)) return isFunction(node.expression, looked);
  if (ts.isCallExpression(node)) return isGuard(node) || nameOf(node.expression) === 'bind';
  if (ts.isIdentifier(node)) {
    const declaration = declarationOf(node);
    if (declaration === null) return false;
    if (isOfPromise(declaration)) return true;
    if (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration))
      if (declaration.type !== undefined && ts.isFunctionTypeNode(declaration.type)) return true;
    // Constants of other modules are in capitals.
    if (ts.isImportSpecifier(declaration)) return /^[a-z]/.test(node.text);
  }
  return valuesOf(node).some((value) => isFunction(value, [...looked, node]));
}

/** Whether all that the node may stand for is guarded, does nothing, or only settles a promise. */
function isHarmless(node: ts.Node, looked: readonly ts.Node[] = []): boolean {
  if (looked.includes(node)) return true;
  if (isWrapper(node)) return isHarmless(node.expression, looked);
  if (isGuard(node) || isEmpty(node) || settles(node)) return true;
  const values = valuesOf(node);
  return values.length > 0 && values.every((value) => isHarmless(value, [...looked, node]));
}

const isWrapper = (node: ts.Node): node is ts.AsExpression | ts.ParenthesizedExpression =>
  ts.isParenthesizedExpression(node) || ts.isAsExpression(node);

const isGuard = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && nameOf(node.expression) === 'guarded';

/** `() => undefined` and `() => {}`. */
function isEmpty(node: ts.Node): boolean {
  if (!ts.isArrowFunction(node)) return false;
  return ts.isBlock(node.body) ? node.body.statements.length === 0 : node.body.getText() === 'undefined';
}

/** Whether it does nothing but call what settles a promise. */
function settles(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) {
    const declaration = declarationOf(node);
    return declaration !== null && isOfPromise(declaration);
  }
  if (ts.isCallExpression(node) || ts.isExpressionStatement(node)) return settles(node.expression);
  if (!ts.isArrowFunction(node)) return false;
  return ts.isBlock(node.body) ? node.body.statements.every(settles) : settles(node.body);
}

/** Whether it is a parameter of the function that a `new Promise` is given. */
const isOfPromise = (declaration: ts.Node): boolean =>
  ts.isParameter(declaration) &&
  ts.isArrowFunction(declaration.parent) &&
  ts.isNewExpression(declaration.parent.parent) &&
  declaration.parent.parent.expression.getText() === 'Promise';

const isChain = (node: ts.Expression): node is ts.CallExpression =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  CHAINS.includes(node.expression.name.text);

/** Whether a chain that nothing awaits ends in a `catch`. */
function isCaught({ expression, arguments: given }: ts.CallExpression): boolean {
  const [handler] = given;
  return nameOf(expression) === 'catch' && handler !== undefined && isHarmless(handler);
}

function nameOf(callee: ts.Expression): string {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** What a chain of calls begins with. */
function rootOf(node: ts.Expression): string {
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) return rootOf(node.expression);
  return node.getText();
}
