import type { Server } from './server.mjs';

export interface Address {
  readonly port: number;
  aim(port: number): void;
  connections(port: number): number;
  cut(): void;
}

export class Pair {
  static open(folder?: string | null, database?: string): Promise<Pair>;
  readonly primary: Server;
  readonly standby: Server;
  readonly address: Address;
  readonly url: string;
  /** When the present primary was promoted, by the monotonic clock. */
  readonly promotedAt: number;
  switchOver(meanwhile?: () => Promise<unknown>): Promise<void>;
  failOver(meanwhile?: () => Promise<unknown>): Promise<void>;
  promote(meanwhile?: () => Promise<unknown>): Promise<void>;
  restoreStandby(): Promise<void>;
  waitForCommits(): Promise<void>;
  close(): Promise<void>;
}
