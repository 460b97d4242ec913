/**
 * Writes how a script is read, without its literal text: which commands, words, expansions and redirections there are.
 * A script with marks for its values and the same one with the values written in have the same shape, or a value
 * changes what the author wrote.
 */

import { PREFIX } from './meaning/names.js';
import type { Command, HereDocument, List, Part, Redirect, Script, Test, Word } from './syntax.js';

/** `valueOf`: the text of a value, which a name may be made of. */
export function shapeOf(script: Script, valueOf: (index: number) => string): string {
  return new Shape(valueOf).script(script);
}

class Shape {
  constructor(private readonly valueOf: (index: number) => string) {}

  script({ body, documents }: Script): string {
    return `${this.list(body)} ${documents.map((document) => this.document(document)).join('|')}`;
  }

  /** With the number of its lines: a value that looks like the delimiter would end it early. */
  private document({ view, body, parts }: HereDocument): string {
    const lines = view.text.slice(...body).split('\n').length;
    return `${lines} ${this.parts(parts)}`;
  }

  private list(list: List): string {
    const pipelines = list.map(({ commands }) => commands.map((node) => this.command(node)).join('|'));
    return `{${pipelines.join(' ')}}`;
  }

  private command(node: Command): string {
    switch (node.kind) {
      case 'simple':
        return `S(${this.words(node.assignments)};${this.words(node.words)})${this.redirects(node.redirects)}`;
      case 'group':
        return `${node.style}(${node.bodies.map((body) => this.list(body)).join(' ')})${this.redirects(node.redirects)}`;
      case 'loop': {
        const words = node.words ? this.words(node.words) : '-';
        return `for ${node.name}(${words})${this.list(node.body)}${this.redirects(node.redirects)}`;
      }
      case 'case': {
        const items = node.items.map(({ patterns, body }) => this.words(patterns) + this.list(body));
        return `case(${this.word(node.subject)}${items.join(' ')})${this.redirects(node.redirects)}`;
      }
      case 'arithmetic': {
        const expressions = node.expressions.map((parts) => this.parts(parts)).join(';');
        return `A(${expressions})${node.body ? this.list(node.body) : ''}${this.redirects(node.redirects)}`;
      }
      case 'condition':
        return `C(${node.tests.map((test) => this.test(test)).join(' ')})${this.redirects(node.redirects)}`;
      case 'function':
      case 'coprocess':
        return `${node.kind} ${node.name}(${this.command(node.body)})`;
    }
  }

  private redirects(redirects: readonly Redirect[]): string {
    // `>&` with a reference behind it is written as `&>`, which means the same.
    const operatorOf = (operator: string) => (operator === '&>' ? '>&' : operator);
    return redirects
      .map(
        ({ descriptor, operator, target }) => `R${descriptor}${operatorOf(operator)}(${this.word(target)})`,
      )
      .join('');
  }

  private test({ operator, operands }: Test): string {
    return `${operator}(${this.words(operands)})`;
  }

  private words(words: readonly Word[]): string {
    return words.map((word) => this.word(word)).join(' ');
  }

  private word({ assignment, parts }: Word): string {
    if (!assignment) return `w${this.parts(parts)}`;
    const { name, subscript, append, elements } = assignment;
    const inside = elements
      ? `(${elements.map((element) => this.subscript(element.subscript) + this.word(element.word)).join(' ')})`
      : this.parts(parts);
    return `a${this.name(name)}${this.subscript(subscript)}${append ? '+' : ''}=${inside}`;
  }

  private subscript(subscript: readonly Part[] | null): string {
    return subscript ? `[${this.parts(subscript)}]` : '';
  }

  private name(parts: readonly Part[]): string {
    const texts = parts.map((part) => {
      if (part.kind === 'text') return part.text;
      return part.kind === 'value' ? this.valueOf(part.site.index) : '';
    });
    return texts.join('');
  }

  private parts(parts: readonly Part[]): string {
    return parts.map((part) => this.part(part)).join('');
  }

  private part(part: Part): string {
    switch (part.kind) {
      case 'text':
      case 'escaped':
      case 'value':
        return '';
      case 'parameter': {
        const name = this.name(part.name);
        // A reference, which stands where the other script has a value.
        if (name.startsWith(PREFIX)) return '';
        const { indirect, subscript, operator, operand } = part;
        return `$(${indirect ? '!' : ''}${name}${this.subscript(subscript)}${operator} ${this.parts(operand)})`;
      }
      case 'substitution':
        return `${part.style}${this.list(part.body)}`;
      case 'arithmetic':
        return `((${this.parts(part.expression)}))`;
    }
  }
}
