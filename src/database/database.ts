/** What the other rooms get of the database: one pool, Prisma's client over it, and the notifier. */
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { Notifier } from './notifier.js';
import { openPool, type PoolOptions, statementName } from './pool.js';

export class Database {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  readonly notifier: Notifier;

  constructor(url: string, options: PoolOptions) {
    this.url = url;
    this.pool = openPool(url, options);
    const adapter = new PrismaPg(this.pool, { statementNameGenerator: ({ sql }) => statementName(sql) });
    this.prisma = new PrismaClient({ adapter });
    this.notifier = new Notifier(this.pool);
  }

  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}
