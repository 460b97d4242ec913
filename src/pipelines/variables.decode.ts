/** Reads the variables that a pipeline declares: for each a JSON Schema, and whether it must be given. */

import type { VariableDefinition } from '../domain/definition.js';
import { CLOSING_HANDLERS } from '../domain/handlers.js';
import { MAX_SCHEMAS_BYTES, MAX_VARIABLES, nameProblem, quote, schemaSize } from './limits.js';
import { entryOf, ownerOf, type Owner } from './owner.js';
import type { Schema } from './schema.compile.js';
import { decodeSchema } from './schema.decode.js';
import { TYPES, unknownType } from './schema.keywords.js';
import { isNull, placeOf, type TreeEntry, type TreeMap } from './tree.js';
import { readFlag } from './values.js';
import { VariableFindings } from './variable.findings.js';

/** What templates can write as `{{ .name }}`. */
const FIELD_NAME = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;
/** What handlers are given (6.6, 6.8). */
const HANDLER_VARIABLE = /^failedTask(Name|ExitCode|Error|Stdout|Stderr)$/;

export function decodeVariables(pipeline: string, owner: Owner): Record<string, VariableDefinition> {
  const entry = entryOf(owner, 'variables');
  if (entry === null) return {};
  const { entries } = ownerOf(owner.report, `variables of ${owner.title}`, entry).map;
  if (entries.size > MAX_VARIABLES) {
    owner.report.invalid(entry.at, pipeline, `more than ${MAX_VARIABLES} variables`);
    return {};
  }
  const variables = [...entries].map(([name, variable]): [string, VariableDefinition] => {
    const findings = new VariableFindings(pipeline, name, owner);
    const invalidName = nameProblem('variable', name);
    if (invalidName !== null) owner.report.invalid(variable.at, pipeline, invalidName);
    else warnOfName(name, variable.at, owner, findings);
    return [name, decodeVariable(name, variable, owner, findings)];
  });
  const size = variables.reduce((sum, [, { schema }]) => sum + schemaSize(schema), 0);
  if (size > MAX_SCHEMAS_BYTES)
    owner.report.invalid(entry.at, pipeline, `variables are larger than ${MAX_SCHEMAS_BYTES / 1024} KiB`);
  // Not by assignment, which would lose a variable called __proto__.
  return Object.fromEntries(variables);
}

function warnOfName(name: string, at: number, owner: Owner, findings: VariableFindings): void {
  if (!FIELD_NAME.test(name))
    findings.warning(at, `templates can only write it as {{ index . ${quote(name)} }}`);
  if (HANDLER_VARIABLE.test(name))
    findings.warning(at, 'handlers cannot see it, as they have one of this name of their own');
  if (name === 'jobStatus' && CLOSING_HANDLERS.some((handler) => entryOf(owner, handler) !== null))
    findings.warning(at, 'on_cancel and finally cannot see it, as they have one of this name of their own');
}

function decodeVariable(
  name: string,
  entry: TreeEntry,
  { report, title }: Owner,
  findings: VariableFindings,
): VariableDefinition {
  if (entry.value.kind !== 'map') return { schema: decodeShortForm(entry, findings), required: false };
  const { at, value } = entry;
  const variable: Owner = {
    report,
    title: `variable ${quote(name)} of ${title}`,
    at,
    map: value,
    unread: [],
  };
  const required = decodeRequired(variable, findings);
  const schema = decodeSchema(withoutRequired(value), at, findings);
  if (required && Object.hasOwn(schema, 'default'))
    findings.warning(value.entries.get('default')?.at ?? at, 'it is required, so its default is never used');
  return { schema, required };
}

/** `name:` for any value, `name: string` for a type. */
function decodeShortForm(entry: TreeEntry, findings: VariableFindings): Schema {
  const { value } = entry;
  if (isNull(value)) return {};
  if (value.kind === 'text' && TYPES.includes(value.text)) return { type: value.text };
  const problem = value.kind === 'text' ? unknownType(value.text) : `not a ${value.kind}`;
  findings.error(placeOf(entry), `expected a JSON Schema or the name of a type: ${problem}`);
  return {};
}

function decodeRequired(variable: Owner, findings: VariableFindings): boolean {
  const entry = entryOf(variable, 'required');
  if (entry?.value.kind !== 'list') return readFlag(variable, 'required');
  findings.error(
    entry.at,
    'required must be true or false, not a list (keys that an object needs: "allOf: [{required: [key]}]")',
  );
  return false;
}

function withoutRequired(map: TreeMap): TreeMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => key !== 'required')) };
}
