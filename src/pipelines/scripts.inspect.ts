/** Looks over the templates in scripts when they are loaded: what is wrong or unsafe is warned of with its line in the file. */

import { inspectScript, TemplateError } from '../template/render.js';
import { MAX_INSPECTED_LENGTH } from './limits.js';
import { entryOf, type Owner } from './owner.js';
import type { Report } from './report.js';
import type { Tree, TreeText } from './tree.js';

interface Doubt {
  /** In the script, from 1. */
  readonly line: number;
  /** In bytes, from 0. */
  readonly column: number;
  readonly message: string;
}

/** A template that does not parse is no error here: it fails its task when its turn comes (6.4). */
export function inspectScripts(title: string, owner: Owner): void {
  const script = entryOf(owner, 'script')?.value;
  const entries: readonly Tree[] = script?.kind === 'list' ? script.items : script ? [script] : [];
  for (const entry of entries) {
    if (entry.kind !== 'text') continue;
    for (const doubt of doubtsOf(entry.text, owner.report)) {
      owner.report.warning(whereabouts(doubt, entry, owner.report), `${title}${doubt.message}`);
    }
  }
}

/** Aliases repeat a script; the report of a file stands for the file. */
const known = new WeakMap<Report, Map<string, readonly Doubt[]>>();

function doubtsOf(script: string, report: Report): readonly Doubt[] {
  if (!script.includes('{{')) return [];
  const ofFile = known.get(report) ?? new Map<string, readonly Doubt[]>();
  known.set(report, ofFile);
  const doubts = ofFile.get(script) ?? inspect(script);
  ofFile.set(script, doubts);
  return doubts;
}

function inspect(script: string): Doubt[] {
  if (script.length > MAX_INSPECTED_LENGTH)
    return [
      { line: 1, column: 0, message: ' is not looked over for unsafe places: an entry is over 64 KiB' },
    ];
  try {
    return inspectScript(script).map((warning) => ({ ...warning, message: `: ${warning.message}` }));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const [, line = '1', column = '0'] = /^[^:]*: [^:]*:(\d+)(?::(\d+))?/.exec(error.message) ?? [];
    const message = ` fails when its turn comes: ${error.message}`;
    return [{ line: Number(line), column: Number(column), message }];
  }
}

/** Only a literal block's lines are those of the file; all else is placed where the entry begins. */
function whereabouts({ line, column }: Doubt, { at, text, indent }: TreeText, report: Report): number {
  if (indent === null) return at;
  const before = Buffer.from(text.split('\n')[line - 1] ?? '').subarray(0, column);
  return report.startOfLine(report.line(at) + line) + indent + before.toString().length;
}
