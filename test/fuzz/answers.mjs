// Whether an answer is one that the OpenAPI document describes: its status, its type, and every key of its body.
import { TextDecoder } from 'node:util';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

/** Of an answer: `{status, headers, body}` with `body` as bytes; null: it is described, else what is wrong. */
export function describedBy(document) {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  ajv.addFormat('int16', true);
  const compiled = new Map();
  const check = (key, schema) => {
    if (!compiled.has(key))
      compiled.set(key, ajv.compile(closed({ ...schema, components: document.components })));
    return compiled.get(key);
  };

  return ({ method, path }, { status, headers, body }) => {
    const operation = document.paths[path]?.[method.toLowerCase()];
    // The page is for people, and not described.
    if (path === '/' && [200, 304].includes(status) && !isJson(headers)) return null;
    if (operation === undefined)
      return isError([400, 403, 404, 405, 408, 413, 414, 417, 429, 431], status, body);
    // What `default` describes is an error, whatever its status; a status of its own says it closer.
    const described =
      operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined);
    if (described === undefined) return `${status} is not described`;
    if (status === 204 || status === 304) return body.length === 0 ? null : 'there is a body';
    const type = /^[^;]*/.exec(headers['content-type'] ?? '')[0];
    if (!(type in described.content)) return `it is ${headers['content-type']}`;
    if (type !== 'application/json') return null;
    const value = jsonOf(body);
    if (value === undefined) return 'it is not JSON';
    const valid = check(`${method} ${path} ${status}`, described.content['application/json'].schema);
    return valid(value) ? null : `${ajv.errorsText(valid.errors)} in ${body.toString().slice(0, 300)}`;
  };
}

const isJson = (headers) => /^application\/json/.test(headers['content-type'] ?? '');

function isError(statuses, status, body) {
  if (!statuses.includes(status)) return `${status} where there is no route`;
  const value = jsonOf(body);
  const right = typeof value?.error === 'string' && Object.keys(value).length === 1;
  return right ? null : `no error, but ${body.toString().slice(0, 300)}`;
}

function jsonOf(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Nothing is answered that is not described: every object with properties is closed. */
function closed(schema) {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  if (typeof copy.properties === 'object' && copy.type === 'object') copy.additionalProperties ??= false;
  return copy;
}
