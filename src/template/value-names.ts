/** Gives each value that cannot stand in a script as it is a name in the task's environment, the same one every time. */

import { PREFIX } from './bash/meaning/names.js';
import { MAX_ENVIRONMENT_BYTES, MAX_VARIABLE_BYTES, tooMuch } from './go/limits.js';

export class ValueNames {
  private readonly names = new Map<string, string>();
  private bytes = 0;
  private last = 0;

  /** The question mark makes bash fail where the variable is not set, such as in a function that is run elsewhere. */
  reference(value: string): string {
    return parts(value).map((part) => `\${${this.nameOf(part)}?}`).join(''); // prettier-ignore
  }

  environment(): Record<string, string> {
    return Object.fromEntries(Array.from(this.names, ([value, name]) => [name, value]));
  }

  private nameOf(value: string): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    this.bytes += Buffer.byteLength(value);
    if (this.bytes > MAX_ENVIRONMENT_BYTES) {
      throw tooMuch(
        `needs values of more than ${MAX_ENVIRONMENT_BYTES / 1024} KiB, which fit into no environment`,
      );
    }
    const name = `${PREFIX}${++this.last}`;
    this.names.set(value, name);
    return name;
  }
}

/** Several variables in a row expand as one would. */
function parts(value: string): string[] {
  if (value.length * 3 <= MAX_VARIABLE_BYTES || Buffer.byteLength(value) <= MAX_VARIABLE_BYTES)
    return [value];
  const bytes = Buffer.from(value);
  const found: string[] = [];
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + MAX_VARIABLE_BYTES, bytes.length);
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    found.push(bytes.subarray(start, end).toString());
    start = end;
  }
  return found;
}
