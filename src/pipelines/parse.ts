/** From the bytes of one pipelines.yml to its definitions, with everything that is wrong or doubtful about it. */

import { LineCounter } from 'yaml';
import type { PipelineDefinition } from '../domain/definition.js';
import { nearest } from '../domain/nearest.js';
import { OUR_KEYS, whyNotOurs, type NotOurs } from './ours.js';
import { ownerOf, shown, warnOfUnknownKeys } from './owner.js';
import { decodePipeline } from './pipeline.decode.js';
import { Report } from './report.js';
import { EXPECTED, readTree } from './syntax.js';
import { isNull, type Tree } from './tree.js';

const FILE_KEYS = { prunner: ['pipelines'], ours: [] };

export interface ParsedFile {
  /** null: the file is ours. Else the errors say what a file that is named for ours lacks. */
  readonly notOurs: NotOurs | null;
  /** Only to be used if there are no errors. */
  readonly definitions: readonly PipelineDefinition[];
  /** `line L, column C` of each pipeline's name. */
  readonly positions: ReadonlyMap<string, string>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export function parsePipelines(path: string, bytes: Uint8Array): ParsedFile {
  const lines = new LineCounter();
  const report = new Report(path, lines);
  const tree = readTree(bytes, lines, report);
  const positions = new Map<string, string>();
  const definitions: PipelineDefinition[] = [];
  for (const [name, entry] of tree === null ? [] : pipelinesIn(tree, report)) {
    positions.set(name, report.position(entry.at));
    definitions.push(decodePipeline(name, entry, report));
  }
  const notOurs = whyNotOurs(tree, bytes);
  return { notOurs, definitions, positions, errors: report.messages(), warnings: report.warnings() };
}

function pipelinesIn(tree: Tree, report: Report) {
  if (isNull(tree)) report.undecodable(tree.at, `the file is empty, ${EXPECTED}`);
  else if (tree.kind !== 'map') report.undecodable(tree.at, `${EXPECTED}, not ${shown(tree)}`);
  if (tree.kind !== 'map') return [];

  warnOfUnknownKeys({ report, map: tree }, FILE_KEYS, 'the file', '', holdsAnchors);
  const entry = tree.entries.get('pipelines');
  if (entry === undefined) {
    if (OUR_KEYS.some((key) => tree.entries.has(key))) return [];
    const meant = nearest('pipelines', tree.entries.keys());
    const hint = meant === null ? EXPECTED : `did you mean it with "${meant}"?`;
    report.undecodable(tree.at, `the key "pipelines" is missing, ${hint}`);
    return [];
  }
  const { entries } = ownerOf(report, 'pipelines', entry).map;
  if (entries.size === 0) report.warning(entry.at, 'no pipelines are defined');
  return entries;
}

/** The customary names of top-level keys that only hold anchors. */
function holdsAnchors(key: string): boolean {
  return key.startsWith('x-') || key.startsWith('.');
}
