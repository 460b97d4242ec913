/** From a JSON Schema to a function that checks values against it; the only file that knows ajv. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { MAX_MATCHED_LENGTH } from './limits.js';
import { read, type Found } from './schema.words.js';

export type Schema = Readonly<Record<string, unknown>>;
export type Validator = (value: unknown) => Found[];

/** What a validator says of every value if its schema is one that nothing can be checked against. */
export const ENDLESS = 'cannot be checked, as its schema refers to itself without end';

/** Thrown, since under `not` a text that merely failed to match would be let through. */
class TooLong extends Error {}

class BoundedPattern extends RegExp {
  override test(text: string): boolean {
    if (text.length > MAX_MATCHED_LENGTH) throw new TooLong();
    return super.test(text);
  }
}

const regExp = Object.assign((pattern: string, flags: string) => new BoundedPattern(pattern, flags), {
  code: 'BoundedPattern',
});

/** An ajv holds on to all it has compiled, so each schema has its own, and with it goes away. */
function newAjv(warn: (message: string) => void): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    // Legal JSON Schema, which mostly means less than its author thinks: no error.
    strictTypes: 'log',
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    // `schemaProblems` does this, with one ajv for all.
    meta: false,
    validateSchema: false,
    code: { regExp },
    logger: { log: warn, warn, error: warn },
  });
  formats.default(ajv);
  return ajv;
}

const validators = new WeakMap<Schema, Validator>();

/** Throws an Error for what is no schema. Compiled once for each schema object, which is not to be changed afterwards. */
export function validatorOf(schema: Schema, warn: (message: string) => void = () => undefined): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const validate = newAjv(warn).compile(schema);
  const validator: Validator = (value) => {
    try {
      return validate(value) ? [] : read(validate.errors ?? []);
    } catch (error) {
      return [{ path: [], words: reasonOf(error) }];
    }
  };
  validators.set(schema, validator);
  return validator;
}

function reasonOf(error: unknown): string {
  if (error instanceof TooLong)
    return `holds a text of more than ${MAX_MATCHED_LENGTH} characters, too long for its pattern`;
  // The stack ended.
  if (error instanceof RangeError) return ENDLESS;
  throw error;
}

let metaAjv: Ajv2020 | null = null;

/** Where a schema is not what JSON Schema says a schema is; made on first use, as it takes a while. */
export function schemaProblems(schema: Schema): Found[] {
  metaAjv ??= new Ajv2020({ allErrors: true, logger: false });
  return metaAjv.validateSchema(schema) === true ? [] : read(metaAjv.errors ?? []);
}
