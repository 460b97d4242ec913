/** Writes out the aliases and merge keys of a YAML document, within bounds. */

import { isAlias, isMap, isNode, isScalar, isSeq, type Alias, type Node, type YAMLMap } from 'yaml';
import { checkDepth, offsetOf, resolveAliases, Unreadable } from './aliases.js';
import { MAX_EXPANDED_SIZE, NODE_SIZE, quote } from './limits.js';
import type { Report } from './report.js';
import type { Tree, TreeEntry, TreeText } from './tree.js';

const MERGE_KEY = '<<';

export function expand(root: Node, source: string, report: Report): Tree {
  return new Expansion(resolveAliases(root, report), source, report).node(root, 0);
}

function nothing(at: number): TreeText {
  return { kind: 'text', at, text: '', plain: true, indent: null };
}

class Expansion {
  private size = 0;
  /** The nodes around the one being written out: an alias of one of these has no end. */
  private readonly open = new Set<Node>();
  /** Where the aliases stand that are being written out, the outermost first. */
  private readonly aliases: number[] = [];

  constructor(
    private readonly targets: ReadonlyMap<Alias, Node>,
    private readonly source: string,
    private readonly report: Report,
  ) {}

  node(node: Node, depth: number): Tree {
    const at = offsetOf(node);
    checkDepth(depth, at);
    if (isAlias(node)) {
      const target = this.targets.get(node);
      if (!target) return nothing(at);
      if (this.open.has(target))
        throw new Unreadable(at, `alias "*${node.source}" stands inside of what it refers to`);
      this.aliases.push(at);
      const tree = this.node(target, depth + 1);
      this.aliases.pop();
      return tree;
    }
    if (!isSeq(node) && !isMap(node)) return this.text(node, at);

    this.charge(NODE_SIZE, at);
    this.open.add(node);
    const tree: Tree = isSeq(node)
      ? { kind: 'list', at, items: node.items.map((item) => this.child(item, at, depth)) }
      : { kind: 'map', at, entries: this.entries(node, depth) };
    this.open.delete(node);
    return tree;
  }

  private child(node: unknown, at: number, depth: number): Tree {
    return isNode(node) ? this.node(node, depth + 1) : nothing(at);
  }

  private text(node: Node, at: number): TreeText {
    const text = isScalar(node) ? (node.source ?? '') : '';
    this.charge(NODE_SIZE + text.length, at);
    if (text.includes('\0')) this.report.undecodable(at, 'NUL characters are not allowed');
    if (/\p{Surrogate}/u.test(text)) this.report.undecodable(at, 'lone surrogates are not allowed');
    return {
      kind: 'text',
      at,
      text,
      plain: isScalar(node) && node.type === 'PLAIN' && node.tag === undefined,
      indent: isScalar(node) && node.type === 'BLOCK_LITERAL' ? this.indent(node, text) : null,
    };
  }

  /** What the file has before the block's first line that is not blank, and its text has not. */
  private indent(node: Node, text: string): number {
    const [start, end] = node.range ?? [0, 0];
    const before = (lines: string) => /\n( *)[^\s]/.exec(lines)?.[1]?.length ?? 0;
    return before(this.source.slice(start, end)) - before(`\n${text}`);
  }

  private entries(map: YAMLMap, depth: number): Map<string, TreeEntry> {
    const entries = new Map<string, TreeEntry>();
    const merges: TreeEntry[] = [];
    for (const pair of map.items) {
      const key = this.child(pair.key, offsetOf(map), depth);
      const entry = { at: key.at, value: this.child(pair.value, key.at, depth) };
      if (key.kind !== 'text') {
        const hint = key.kind === 'map' ? ' (a text that begins with "{" needs quotes)' : '';
        this.report.undecodable(key.at, `a key must be text, not a ${key.kind}${hint}`);
      } else if (key.plain && key.text === MERGE_KEY) {
        if (merges.length > 0)
          this.report.undecodable(key.at, 'duplicate key "<<", write "<<: [*a, *b]" instead');
        merges.push(entry);
      } else {
        const first = entries.get(key.text);
        if (first)
          this.report.undecodable(
            key.at,
            `duplicate key ${quote(key.text)}, first on line ${this.report.line(first.at)}`,
          );
        else entries.set(key.text, entry);
      }
    }
    for (const { value } of merges) this.merge(value, entries);
    return entries;
  }

  /** What is there already wins: the map's own keys over merged ones, earlier maps of a list over later ones. */
  private merge(source: Tree, into: Map<string, TreeEntry>): void {
    for (const map of source.kind === 'list' ? source.items : [source]) {
      if (map.kind !== 'map') {
        this.report.undecodable(map.at, `"<<" must name a map or a list of maps, not a ${map.kind}`);
        continue;
      }
      for (const [key, entry] of map.entries) if (!into.has(key)) into.set(key, entry);
    }
  }

  private charge(size: number, at: number): void {
    this.size += size;
    if (this.size > MAX_EXPANDED_SIZE)
      throw new Unreadable(
        this.aliases[0] ?? at,
        'with its aliases written out the file is larger than 16 MiB',
      );
  }
}
