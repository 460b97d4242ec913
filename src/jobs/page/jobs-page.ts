/** A page of jobs as JSON: read and sent a little at a time, so that its size is no matter to the memory of the process. */
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { Caller } from '../../domain/caller.js';
import { unavailable } from '../../domain/errors.js';
import { formatCursor } from '../../domain/listing.js';
import { toJob } from '../job.mapper.js';
import { JOBS_LIMIT, type JobsPageQuery } from '../job.queries.js';
import { firstPage, jobsById, laterPage, type ListedJob, type PageJobRow } from '../job.row.js';
import type { JobResponse } from '../job.response.js';
import { Turns } from '../turns.js';
import { type JobSize, sizesById } from './size.sql.js';

const MIB = 1024 * 1024;

/** Limits of a page, in bytes of JSON. */
export interface PageLimits {
  /** Past that, jobs come without their variables. */
  readonly maxWholeBytes: number;
  /** Past that, finished jobs are for the next page. */
  readonly maxBytes: number;
}

const LIMITS: PageLimits = { maxWholeBytes: 16 * MIB, maxBytes: 64 * MIB };
/** Jobs that are read at once: so many, and if each is small. A larger one is read by itself. */
const MAX_BATCH = { jobs: 50, bytes: MIB };
/** Reads under way, so that most connections are there for others. There are no more large answers that wait for them. */
const READS = {
  ...{ atOnce: 4, atOnceOfOwner: 2 },
  ...{ maxItems: 1_000, maxItemsOfOwner: 1_000, maxWaitMs: 60_000 },
};

export interface FoundPage {
  /** The newest first. */
  readonly jobs: readonly ListedJob[];
  /** The first job of the next page; null: there is none. */
  readonly next: ListedJob | null;
}

export interface PagePiece {
  /** JSON of some jobs, with commas between them; empty: all of them have been removed meanwhile. */
  readonly bytes: Buffer;
  /** The last piece of a page has the right one; null: there is no further page. */
  readonly nextCursor: string | null;
}

@Injectable()
export class JobsPage {
  readonly #reads = new Turns(READS, unavailable);

  constructor(private readonly database: Database) {}

  async find({ limit, before }: JobsPageQuery, { pipelines }: Caller): Promise<FoundPage> {
    const query =
      before === undefined ? firstPage(limit, JOBS_LIMIT, pipelines) : laterPage(limit, before, pipelines);
    const listed = await this.database.prisma.$queryRaw<ListedJob[]>(query);
    const finished = listed.filter((job) => job.finished);
    const room = Math.max(limit - (listed.length - finished.length), 0);
    const next = finished[room] ?? null;
    return { jobs: listed.filter((job) => job !== next), next };
  }

  /** `owner`: with whom the caller shares its turns. */
  async *pieces(found: FoundPage, owner: string, limits = LIMITS): AsyncGenerator<PagePiece> {
    let { jobs: left, next } = found;
    let size = 0;
    while (left.length > 0) {
      const isWhole = size < limits.maxWholeBytes;
      const { count, bytes } = await this.#readNext(left, isWhole, owner);
      size += bytes.length;
      left = left.slice(count);
      if (size >= limits.maxBytes) {
        next = left.find((job) => job.finished) ?? next;
        left = left.filter((job) => !job.finished);
      }
      yield { bytes, nextCursor: cursorOf(next) };
    }
  }

  /** The first `count` of these jobs. */
  async #readNext(jobs: readonly ListedJob[], isWhole: boolean, owner: string) {
    const end = await this.#reads.begin(owner);
    try {
      const ids = await this.#nextBatch(jobs, isWhole);
      return { count: ids.length, bytes: await this.#read(ids, isWhole) };
    } finally {
      end();
    }
  }

  /** Returns the ids of the first jobs, at least of one. */
  async #nextBatch(jobs: readonly ListedJob[], isWhole: boolean): Promise<string[]> {
    const ids = jobs.slice(0, MAX_BATCH.jobs).map(({ id }) => id);
    const found = await this.database.prisma.$queryRaw<JobSize[]>(sizesById(ids));
    const sizes = new Map(found.map(({ id, variables, rest }) => [id, isWhole ? variables + rest : rest]));
    let bytes = 0;
    const end = ids.findIndex((id, at) => {
      bytes += sizes.get(id) ?? 0;
      return at > 0 && bytes > MAX_BATCH.bytes;
    });
    return end === -1 ? ids : ids.slice(0, end);
  }

  /** In the order of `ids`. Those that have been removed meanwhile are left out. */
  async #read(ids: readonly string[], isWhole: boolean): Promise<Buffer> {
    const rows = await this.database.prisma.$queryRaw<PageJobRow[]>(jobsById(ids, isWhole));
    return Buffer.from(rows.map((row) => JSON.stringify(toPageJob(row))).join(','));
  }
}

const toPageJob = (row: PageJobRow): JobResponse =>
  Object.assign(toJob(row), row.variablesTruncated ? { variablesTruncated: true as const } : {});

const cursorOf = (job: ListedJob | null) => job && formatCursor({ id: job.id, micros: job.createdMicros });
