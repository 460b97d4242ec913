/** What the other rooms get of the database: one pool, Prisma's client over it, and the notifier. */
import { PrismaPg } from '@prisma/adapter-pg';
import { Target } from './connect/target.js';
import { PrismaClient } from './generated/client.js';
import { Notifier } from './notifier.js';
import { openPool, type Pool, type PoolOptions, statementName } from './pool.js';

export class Database {
  readonly target: Target;
  readonly pool: Pool;
  readonly notifier: Notifier;
  #prisma: PrismaClient | undefined;

  constructor(database: Target | string, options: PoolOptions) {
    this.target = Target.of(database);
    this.pool = openPool(this.target, options);
    this.notifier = new Notifier(this.pool);
  }

  /** Made for who reads through it; a worker does not. */
  get prisma(): PrismaClient {
    return (this.#prisma ??= new PrismaClient({
      adapter: new PrismaPg(this.pool, { statementNameGenerator: ({ sql }) => statementName(sql) }),
    }));
  }

  async close(): Promise<void> {
    await this.#prisma?.$disconnect();
    await this.pool.close();
  }
}
