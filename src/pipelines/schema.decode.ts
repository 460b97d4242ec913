/** Reads the JSON Schema of a variable, and makes sure that values can be checked against it. */

import { MAX_CHECK_MS, MAX_SCHEMA_BYTES, quote, schemaSize } from './limits.js';
import { readJson } from './json.decode.js';
import { ENDLESS, schemaProblems, validatorOf, type Schema, type Validator } from './schema.compile.js';
import { checkKeywords } from './schema.keywords.js';
import { keysOf, pathText, sentence } from './schema.words.js';
import { TooSlow, within } from './time-limit.js';
import { locate, placeOf, type TreeMap } from './tree.js';
import type { VariableFindings } from './variable.findings.js';

/** Each value is compared with all others. */
const MAX_ENUM_CHECKED = 100;

/** Checks one after the other, as each relies on the one before. Without keywords: the findings say why. */
export function decodeSchema(tree: TreeMap, at: number, findings: VariableFindings): Schema {
  checkKeywords(tree, findings);
  const schema = Object.fromEntries(
    [...tree.entries].map(([keyword, { value }]) => [keyword, readJson(value, findings)]),
  );
  if (findings.isBroken()) return {};
  if (schemaSize(schema) > MAX_SCHEMA_BYTES) {
    findings.error(at, `its schema is larger than ${MAX_SCHEMA_BYTES / 1024} KiB`);
    return {};
  }
  for (const found of schemaProblems(schema)) findings.error(locate(tree, at, found.path), sentence(found));
  if (findings.isBroken()) return {};

  const validate = compile(schema, tree, at, findings);
  if (validate === null) return {};
  checkDefault(schema, tree, validate, findings);
  checkEnum(schema, tree, validate, findings);
  return schema;
}

function compile(schema: Schema, tree: TreeMap, at: number, findings: VariableFindings): Validator | null {
  try {
    const validate = validatorOf(schema, (message) => {
      warn(message, tree, at, findings);
    });
    if (!problemsOf(null, validate).includes(ENDLESS)) return validate;
    findings.error(at, ENDLESS);
  } catch (error) {
    findings.error(at, reasonOf(error as Error));
  }
  return null;
}

function reasonOf({ message }: Error): string {
  const [, target] = /^can't resolve reference (\S+) from/.exec(message) ?? [];
  return target === undefined ? message.replace(/^strict mode: /, '') : `$ref ${quote(target)} leads nowhere`;
}

/** In ajv's words, but for what it says most. */
function warn(message: string, tree: TreeMap, at: number, findings: VariableFindings): void {
  const [, words = message, pointer = ''] = /^strict mode: (.*) at "#?([^"]*)" \(\w+\)$/s.exec(message) ?? [];
  const path = keysOf(decodeURIComponent(pointer));
  const [, type, keyword] = /^missing type "(.*)" for keyword "(.*)"$/.exec(words) ?? [];
  if (type === undefined || keyword === undefined)
    findings.warning(locate(tree, at, path), `${words}${path.length > 0 ? ` in ${pathText(path)}` : ''}`);
  else
    findings.warning(
      locate(tree, at, [...path, keyword]),
      `${pathText([...path, keyword])} only looks at values of type ${type.replaceAll(',', ' or ')} and lets all others pass, add "type"`,
    );
}

function checkDefault(schema: Schema, tree: TreeMap, validate: Validator, findings: VariableFindings): void {
  const entry = tree.entries.get('default');
  if (entry === undefined) return;
  for (const problem of problemsOf(schema['default'], validate))
    findings.error(placeOf(entry), `its default ${problem}`);
}

/** A value of the enum that nothing can ever match is mostly one that lacks its quotes. */
function checkEnum(schema: Schema, tree: TreeMap, validate: Validator, findings: VariableFindings): void {
  const items = tree.entries.get('enum')?.value;
  if (items?.kind !== 'list' || !Array.isArray(schema['enum'])) return;
  for (const [index, item] of items.items.slice(0, MAX_ENUM_CHECKED).entries()) {
    const value: unknown = schema['enum'][index];
    const [problem] = problemsOf(value, validate);
    if (problem !== undefined)
      findings.warning(item.at, `${quote(JSON.stringify(value))} in enum can never be given: it ${problem}`);
  }
}

function problemsOf(value: unknown, validate: Validator): string[] {
  const isText = typeof value === 'string' || typeof value === 'object';
  const problems: string[] = [];
  try {
    within(MAX_CHECK_MS, () => {
      for (const found of validate(value)) {
        const unquoted = !isText && found.words === 'must be string';
        problems.push(unquoted ? `${found.words}, which needs quotes` : sentence(found));
      }
    });
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    problems.push('takes too long to be checked');
  }
  return problems;
}
