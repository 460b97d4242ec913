/** Looks over the templates in scripts when they are loaded: what is wrong or unsafe is warned of with its line in the file. */

import { inspectTask, TemplateError } from '../template/render.js';
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

/**
 * A template that does not parse is no error here: it fails its task when its turn comes (6.4).
 *
 * @param numbers variables of the pipeline that are declared as numbers
 */
export function inspectScripts(title: string, owner: Owner, numbers: ReadonlySet<string>): void {
  const script = entryOf(owner, 'script')?.value;
  const entries: readonly Tree[] = script?.kind === 'list' ? script.items : script ? [script] : [];
  const texts = entries.filter((entry) => entry.kind === 'text');
  const doubts = doubtsOf(
    texts.map(({ text }) => text),
    numbers,
    owner.report,
  );
  texts.forEach((entry, i) => {
    for (const doubt of doubts[i] ?? []) {
      owner.report.warning(whereabouts(doubt, entry, owner.report), `${title}${doubt.message}`);
    }
  });
}

type Doubts = readonly (readonly Doubt[])[];

/** Aliases repeat a script. The cache lives as long as the report of its file. */
const known = new WeakMap<Report, Map<string, Doubts>>();

function doubtsOf(scripts: readonly string[], numbers: ReadonlySet<string>, report: Report): Doubts {
  if (!scripts.some((script) => script.includes('{{'))) return [];
  const ofFile = known.get(report) ?? new Map<string, Doubts>();
  known.set(report, ofFile);
  const key = JSON.stringify([scripts, [...numbers]]);
  const doubts = ofFile.get(key) ?? inspect(scripts, numbers);
  ofFile.set(key, doubts);
  return doubts;
}

function inspect(scripts: readonly string[], numbers: ReadonlySet<string>): Doubts {
  if (scripts.reduce((length, script) => length + script.length, 0) > MAX_INSPECTED_LENGTH) {
    const message = ' is not looked over for unsafe places: its entries are over 64 KiB';
    return [[{ line: 1, column: 0, message }]];
  }
  return inspectTask(scripts, numbers).map((found) =>
    found instanceof TemplateError
      ? [failing(found)]
      : found.map((warning) => ({ ...warning, message: `: ${warning.message}` })),
  );
}

function failing({ message }: TemplateError): Doubt {
  const [, line = '1', column = '0'] = /^[^:]*: [^:]*:(\d+)(?::(\d+))?/.exec(message) ?? [];
  return { line: Number(line), column: Number(column), message: ` fails when its turn comes: ${message}` };
}

/** Only a literal block's lines are those of the file; all else is placed where the entry begins. */
function whereabouts({ line, column }: Doubt, { at, text, indent }: TreeText, report: Report): number {
  if (indent === null) return at;
  const before = Buffer.from(text.split('\n')[line - 1] ?? '').subarray(0, column);
  return report.startOfLine(report.line(at) + line) + indent + before.toString().length;
}
