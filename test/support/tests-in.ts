/** The tests of a file that run on every machine: none that is skipped, and none that is skipped where something is missing. */
import ts from 'typescript';

interface Registering {
  readonly what: 'test' | 'describe';
  /** What may stand in the place of `%s`. */
  readonly texts: readonly string[];
}

/** By their whole names, as `jest -t` sees them. */
export function testsIn(source: string): string[] {
  const file = ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true);
  return namesAmong(file.statements, []);
}

/** What is not a plain call at its place (an `if`, a `?:`, a helper, `.skip`) may not run, and is passed over with all in it. */
function namesAmong(statements: readonly ts.Statement[], around: readonly string[]): string[] {
  return statements.flatMap((statement) => {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return [];
    const { expression, arguments: given } = statement.expression;
    const registering = registeringOf(expression);
    const [title] = given.slice(0, 1).flatMap(textsIn);
    if (registering === null || title === undefined) return [];
    const titles = [title, ...registering.texts.map((text) => title.replace('%s', () => text))];
    if (registering.what === 'test') return titles.map((one) => [...around, one].join(' '));
    const body = given[1];
    if (body === undefined || !(ts.isArrowFunction(body) || ts.isFunctionExpression(body))) return [];
    if (!ts.isBlock(body.body)) return [];
    const inside = body.body.statements;
    return titles.flatMap((one) => namesAmong(inside, [...around, one]));
  });
}

function registeringOf(callee: ts.Expression): Registering | null {
  if (ts.isIdentifier(callee)) {
    if (callee.text === 'describe') return { what: 'describe', texts: [] };
    return callee.text === 'test' || callee.text === 'it' ? { what: 'test', texts: [] } : null;
  }
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return null;
  const { name, expression } = callee.expression;
  const plain = name.text === 'each' ? registeringOf(expression) : null;
  return plain && { ...plain, texts: callee.arguments.flatMap(textsIn) };
}

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [[node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…')];
  const found: string[] = [];
  ts.forEachChild(node, (child) => void found.push(...textsIn(child)));
  return found;
}
