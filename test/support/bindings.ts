/** Finds what a name in a source file stands for: the nearest declaration, as the language has it, and its values. */
import ts from 'typescript';

export type Declaration =
  | ts.BindingElement
  | ts.FunctionDeclaration
  | ts.ImportSpecifier
  | ts.ParameterDeclaration
  | ts.VariableDeclaration;

/** Returns null for a global, or what cannot be a handler. */
export function declarationOf(name: ts.Identifier): Declaration | null {
  for (let scope = parentOf(name); scope !== undefined; scope = parentOf(scope)) {
    const found = declaredIn(scope).find((one) => one.name?.getText() === name.text);
    if (found !== undefined) return found;
  }
  return null;
}

/** What the name has in its life: what it begins with, and all that is assigned to it. */
export function valuesOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isIdentifier(node)) return valuesOfVariable(declarationOf(node));
  return ts.isPropertyAccessExpression(node) ? valuesOfProperty(node) : [];
}

function valuesOfVariable(declaration: Declaration | null): readonly ts.Node[] {
  if (declaration === null) return [];
  if (ts.isFunctionDeclaration(declaration)) return [declaration];
  if (!ts.isVariableDeclaration(declaration)) return [];
  const isIt = (left: ts.Expression) => ts.isIdentifier(left) && declarationOf(left) === declaration;
  return [...present(declaration.initializer), ...assignedIn(declaration.getSourceFile(), isIt)];
}

/** Of an object of the class around it, or else of the same name. */
function valuesOfProperty(access: ts.PropertyAccessExpression): readonly ts.Node[] {
  const around = classAround(access);
  const isPrivate = ts.isPrivateIdentifier(access.name);
  const isOwn = isPrivate || access.expression.kind === ts.SyntaxKind.ThisKeyword;
  const isIt = (left: ts.Expression) =>
    ts.isPropertyAccessExpression(left) &&
    classAround(left) === around &&
    (isPrivate ? left.name.text === access.name.text : left.getText() === access.getText());
  const members = isOwn && ts.isClassLike(around) ? around.members : [];
  const member = members.find((one) => one.name?.getText() === access.name.text);
  if (member !== undefined && ts.isMethodDeclaration(member)) return [member];
  const initial = member !== undefined && ts.isPropertyDeclaration(member) ? present(member.initializer) : [];
  return [...initial, ...assignedIn(around, isIt)];
}

function classAround(node: ts.Node): ts.Node {
  let around = node;
  while (!ts.isClassLike(around) && !ts.isSourceFile(around)) around = around.parent;
  return around;
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

function assignedIn(node: ts.Node, isIt: (left: ts.Expression) => boolean): ts.Node[] {
  const found: ts.Node[] = [];
  const look = (one: ts.Node) => {
    if (ts.isBinaryExpression(one) && isAssignment(one.operatorToken.kind) && isIt(one.left))
      found.push(one.right);
    ts.forEachChild(one, look);
  };
  look(node);
  return found;
}

const isAssignment = (kind: ts.SyntaxKind) =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

function declaredIn(scope: ts.Node): readonly Declaration[] {
  if (ts.isSourceFile(scope) || ts.isBlock(scope) || ts.isCaseOrDefaultClause(scope))
    return scope.statements.flatMap(declaredBy);
  if (ts.isFunctionLike(scope)) return scope.parameters.flatMap(withParts);
  if (ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope))
    return declaredBy(scope.initializer);
  return ts.isCatchClause(scope) ? present(scope.variableDeclaration).flatMap(withParts) : [];
}

function declaredBy(node: ts.Node | undefined): readonly Declaration[] {
  if (node === undefined) return [];
  if (ts.isVariableStatement(node)) return declaredBy(node.declarationList);
  if (ts.isVariableDeclarationList(node)) return node.declarations.flatMap(withParts);
  if (ts.isFunctionDeclaration(node)) return [node];
  if (!ts.isImportDeclaration(node)) return [];
  const named = node.importClause?.namedBindings;
  return named !== undefined && ts.isNamedImports(named) ? named.elements : [];
}

/** The parts of a pattern are declarations of their own. */
function withParts(
  declaration: ts.BindingElement | ts.ParameterDeclaration | ts.VariableDeclaration,
): Declaration[] {
  const { name } = declaration;
  if (ts.isIdentifier(name)) return [declaration];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? withParts(element) : []));
}

/** A source file has none. */
const parentOf = (node: ts.Node): ts.Node | undefined => node.parent;
