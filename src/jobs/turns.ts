/** Lets so many do something at a time, in all and of one owner. The others wait for their turn, within bounds. */
import { FairQueue, type QueueLimits } from '../domain/fair-queue.js';
import { guarded } from '../telemetry/guarded.js';

export interface TurnLimits extends QueueLimits {
  readonly atOnce: number;
  readonly atOnceOfOwner: number;
  readonly maxWaitMs: number;
}

/** Ends the turn. Further calls do nothing. */
export type EndTurn = () => void;

interface Waiting {
  readonly owner: string;
  readonly begin: () => void;
  readonly refuse: () => void;
}

export class Turns {
  readonly #limits: TurnLimits;
  readonly #refusal: () => Error;
  /** Active turns by owner. An owner without one has no entry. */
  readonly #active = new Map<string, number>();
  #activeInAll = 0;
  readonly #waiting: FairQueue<Waiting>;

  /** `refusal`: what is thrown if there is no room to wait, or the turn does not come in time. */
  constructor(limits: TurnLimits, refusal: () => Error) {
    this.#limits = limits;
    this.#refusal = refusal;
    this.#waiting = new FairQueue(limits);
  }

  async begin(owner: string): Promise<EndTurn> {
    if (this.#activeInAll < this.#limits.atOnce && this.#hasRoom(owner)) this.#add(owner, 1);
    else await this.#wait(owner);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#add(owner, -1);
      this.#beginNext();
    };
  }

  #wait(owner: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        owner,
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse: () => {
          clearTimeout(timer);
          reject(this.#refusal());
        },
      };
      const onLate = guarded('jobs', () => {
        this.#waiting.remove(owner, waiting);
        waiting.refuse();
      });
      const timer = setTimeout(onLate, this.#limits.maxWaitMs).unref();
      this.#waiting.push(owner, waiting)?.refuse();
    });
  }

  #beginNext(): void {
    while (this.#activeInAll < this.#limits.atOnce) {
      const next = this.#waiting.shift((owner) => this.#hasRoom(owner));
      if (next === undefined) return;
      this.#add(next.owner, 1);
      next.begin();
    }
  }

  #hasRoom(owner: string): boolean {
    return (this.#active.get(owner) ?? 0) < this.#limits.atOnceOfOwner;
  }

  #add(owner: string, turns: 1 | -1): void {
    const active = (this.#active.get(owner) ?? 0) + turns;
    this.#activeInAll += turns;
    if (active === 0) this.#active.delete(owner);
    else this.#active.set(owner, active);
  }
}
