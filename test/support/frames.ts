/** Postgres's protocol, as far as a proxy has to understand it: messages, the statements in them, and answers due. */

/** Cuts a stream into messages: a letter, a length that counts itself, a body. A client's first one has no letter. */
export class Frames {
  #parts: Buffer[] = [];
  #have = 0;
  #need = 0;
  #lettered: boolean;
  readonly #onMessage: (letter: string, body: Buffer) => void;

  constructor(first: 'lettered' | 'bare', onMessage: (letter: string, body: Buffer) => void) {
    this.#lettered = first === 'lettered';
    this.#onMessage = onMessage;
  }

  read(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#have += bytes.length;
    if (this.#have < this.#need) return;
    let all = Buffer.concat(this.#parts);
    for (;;) {
      const at = this.#lettered ? 1 : 0;
      this.#need = all.length < at + 4 ? at + 4 : at + all.readUInt32BE(at);
      if (all.length < this.#need) break;
      const letter = this.#lettered ? String.fromCharCode(all[0] as number) : '';
      this.#onMessage(letter, all.subarray(at + 4, this.#need));
      this.#lettered = true;
      all = all.subarray(this.#need);
    }
    this.#parts = [all];
    this.#have = all.length;
  }
}

export interface ClientEvents {
  /** Its application_name. */
  readonly onName: (name: string) => void;
  /** A statement that is to be carried out; its answer is not due yet. */
  readonly onStatement: (text: string) => void;
  readonly onAnswerDue: () => void;
}

/** What a client says; its prepared statements are known by their text. */
export function clientFrames({ onName, onStatement, onAnswerDue }: ClientEvents): Frames {
  const prepared = new Map<string, string>();
  return new Frames('bare', (letter, body) => {
    const [first = '', second = ''] = letter === 'B' || letter === 'P' ? texts(body, 2) : texts(body, 1);
    switch (letter) {
      case '': {
        const all = body.subarray(4).toString().split('\0');
        onName(all[all.indexOf('application_name') + 1] ?? '');
        break;
      }
      case 'P':
        prepared.set(first, second);
        break;
      case 'B':
        onStatement(prepared.get(second) ?? '');
        break;
      case 'Q':
        onStatement(first);
        onAnswerDue();
        break;
      case 'S':
        onAnswerDue();
    }
  });
}

/** What Postgres says; `onAnswered` after each answer that was due, and once after it has let its client in. */
export const serverFrames = (onAnswered: () => void) =>
  new Frames('lettered', (letter) => {
    if (letter === 'Z') onAnswered();
  });

/** Texts at the beginning of a body, each ended by a NUL. */
function texts(body: Buffer, count: number): string[] {
  const found: string[] = [];
  for (let at = 0; found.length < count;) {
    const end = body.indexOf(0, at);
    if (end === -1) break;
    found.push(body.toString('utf8', at, end));
    at = end + 1;
  }
  return found;
}
