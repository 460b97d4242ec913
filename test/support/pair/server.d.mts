export class Server {
  /** A new cluster below the folder, which is not started. */
  static create(folder: string): Promise<Server>;
  readonly port: number;
  url(database?: string): string;
  start(through?: string): Promise<void>;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  close(): Promise<void>;
  kill(): void;
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  set(name: string, value: string): Promise<void>;
}
