import { HttpException, MethodNotAllowedException, NotFoundException } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../database/generated/client.js';
import {
  attemptNotFound,
  type ErrorCode,
  HoldfastError,
  invalidRequest,
  jobCompleted,
  keyReused,
  jobNotFound,
  notSchedulable,
  shuttingDown,
  taskNotFound,
  unavailable,
  unknownPipeline,
} from '../domain/errors.js';
import { errorReply } from './error-reply.js';

const AWAY = { status: 503, message: 'Database is not available', internal: false };
const INTERNAL = { status: 500, message: 'Internal server error', internal: true };

const coded = (code: string, message = 'secret', more: object = {}) =>
  Object.assign(new Error(message), { code, ...more });
const databaseError = (code: string, message = 'secret') =>
  Object.assign(new pg.DatabaseError(message, 1, 'error'), { code, severity: 'FATAL' });
const socketError = (code: string) =>
  coded(code, `connect ${code} 10.0.0.7:5432`, { syscall: 'connect', errno: -1 });

describe('an error of ours', () => {
  it.each<[HoldfastError, number, string]>([
    [invalidRequest('Invalid job id'), 400, 'Invalid job id'],
    [unknownPipeline('nope'), 400, 'Error scheduling pipeline: pipeline "nope" is not defined'],
    [unknownPipeline('a"\n'), 400, 'Error scheduling pipeline: pipeline "a\\"\\n" is not defined'],
    [notSchedulable('no room'), 400, 'Error scheduling pipeline: no room'],
    [jobNotFound(), 404, 'Job not found'],
    [taskNotFound(), 404, 'Task not found'],
    [attemptNotFound(), 404, 'Attempt not found'],
    [jobCompleted(), 409, 'Job is already completed'],
    [keyReused(), 409, 'Idempotency-Key was used with another body'],
    [shuttingDown(), 503, 'Server is shutting down'],
    [unavailable(), 503, 'Database is not available'],
    [unavailable('read-only'), 503, 'Database takes no writes'],
    [unavailable('forbids'), 503, 'Database does not grant a right that is needed'],
    [unavailable('full'), 503, 'Database has no room left on its disk'],
  ])('is answered in its own words: %s', (error, status, message) => {
    expect(errorReply(error)).toEqual({ status, message, internal: false });
  });

  it('has a status for every code', () => {
    const codes: Record<ErrorCode, number> = {
      invalid_request: 400,
      unauthorized: 401,
      forbidden: 403,
      unknown_pipeline: 400,
      not_schedulable: 400,
      job_not_found: 404,
      task_not_found: 404,
      attempt_not_found: 404,
      output_not_kept: 404,
      no_such_range: 416,
      job_completed: 409,
      job_not_completed: 409,
      key_reused: 409,
      shutting_down: 503,
      too_many_streams: 503,
      too_busy: 429,
      unavailable: 503,
      database_read_only: 503,
      database_full: 503,
      database_forbids: 503,
      provider_unavailable: 503,
    };
    for (const [code, status] of Object.entries(codes)) {
      expect(errorReply(new HoldfastError(code as ErrorCode, 'text'))).toMatchObject({
        status,
        message: 'text',
      });
    }
  });

  it('is what it says it is, whatever caused it', () => {
    const error = Object.assign(jobNotFound(), { cause: databaseError('57P01') });
    expect(errorReply(error)).toEqual({ status: 404, message: 'Job not found', internal: false });
  });
});

describe("an error of Nest's", () => {
  it.each<[HttpException, number, string]>([
    [new NotFoundException('Not found'), 404, 'Not found'],
    [new MethodNotAllowedException('Method not allowed'), 405, 'Method not allowed'],
    [new HttpException('Too much', 413), 413, 'Too much'],
  ])('is answered as it is: %s', (error, status, message) => {
    expect(errorReply(error)).toEqual({ status, message, internal: false });
  });
});

describe("an error of Fastify's", () => {
  it.each([
    [413, 'FST_ERR_CTP_BODY_TOO_LARGE', 'Request body is too large'],
    [400, 'FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'Request body is not as long as its Content-Length'],
    [400, 'FST_ERR_BAD_URL', 'Invalid URL'],
  ])('is put into our words: %i %s', (statusCode, code, message) => {
    const error = coded(code, 'FST says something', { statusCode });
    expect(errorReply(error)).toEqual({ status: statusCode, message, internal: false });
  });

  it('keeps its own words where we have none, as long as it is the caller who is wrong', () => {
    const error = coded('FST_ERR_NEW', 'Header is odd', { statusCode: 400 });
    expect(errorReply(error)).toEqual({ status: 400, message: 'Header is odd', internal: false });
  });

  it.each([500, 503, 599, 399, 302, 200, 0, -1, NaN, '400', null])(
    'says nothing where it is not the caller who is wrong: %p',
    (statusCode) => {
      expect(errorReply(coded('FST_ERR_NEW', 'secret', { statusCode }))).toEqual(INTERNAL);
    },
  );
});

describe('any other error', () => {
  it.each<[string, unknown]>([
    ['an error', new Error('password=secret')],
    ['a type error', new TypeError("Cannot read properties of undefined (reading 'secret')")],
    ['an error with a cause', new Error('secret', { cause: new Error('secret') })],
    ['an error of the file system', coded('ENOENT', 'secret', { syscall: 'open', path: '/etc/secret' })],
    ['a mistake in SQL', databaseError('42P01', 'relation "secret" does not exist')],
    [
      'a broken constraint',
      databaseError('23505', 'duplicate key value violates unique constraint "secret"'),
    ],
    ['an error with a code that is no text', coded('x', 'secret', { code: 8006 })],
    ['an error with a code that only begins with one', coded('08006X')],
    ['an error with a code that only ends in one', coded('X08006')],
    ['a text', 'secret'],
    ['a number', 42],
    ['an object', { secret: 'secret' }],
    ['an object that is none', Object.create(null)],
    ['a list', ['secret']],
    ['a symbol', Symbol('secret')],
  ])('is ours, logged, and says nothing of what is inside: %s', (_name, error) => {
    expect(errorReply(error)).toEqual(INTERNAL);
  });

  it.each([undefined, null])('is answered even if nothing was thrown: %s', (error) => {
    expect(errorReply(error)).toEqual(INTERNAL);
  });

  it('may be its own cause', () => {
    const error = new Error('secret');
    error.cause = error;
    expect(errorReply(error)).toEqual(INTERNAL);
  });
});

/** Prisma's own client and adapter over a pool whose every query ends in `error`. */
async function prismaOver<T>(error: Error, use: (prisma: PrismaClient) => Promise<T>): Promise<unknown> {
  const pool = new pg.Pool();
  jest.spyOn(pool, 'query').mockImplementation(() => {
    throw error;
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return use(prisma).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('a database that is away', () => {
  const ways: [string, Error][] = [
    ...[
      '08000',
      '08001',
      '08003',
      '08006',
      '57P01',
      '57P02',
      '57P03',
      '57014',
      '53200',
      '53300',
      '53400',
    ].map((code): [string, Error] => [code, databaseError(code)]),
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].map(
      (code): [string, Error] => [code, socketError(code)],
    ),
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
    ['that it is known to be away', unavailable()],
    [
      'a connection that broke before',
      new Error('Client has encountered a connection error and is not queryable'),
    ],
  ];

  it.each(ways)('is a 503 when pg says so: %s', (_name, error) => {
    expect(errorReply(error)).toEqual(AWAY);
  });

  it.each(ways)('is a 503 when it is the cause of what was thrown: %s', (_name, error) => {
    expect(errorReply(new Error('outer', { cause: new Error('inner', { cause: error }) }))).toEqual(AWAY);
  });

  it.each(ways)("is a 503 when a model of Prisma's says so: %s", async (_name, error) => {
    const thrown = await prismaOver(error, (prisma) =>
      prisma.job.groupBy({ by: ['pipeline'], _count: true }),
    );
    expect(errorReply(thrown)).toEqual(AWAY);
  });

  it.each(ways)("is a 503 when Prisma's $queryRaw says so: %s", async (_name, error) => {
    expect(errorReply(await prismaOver(error, (prisma) => prisma.$queryRaw`SELECT 1`))).toEqual(AWAY);
  });

  it.each(['42P01', '23505', '22P02'])('is not what Prisma says with code %s', async (code) => {
    expect(errorReply(await prismaOver(databaseError(code), (prisma) => prisma.$queryRaw`SELECT 1`))).toEqual(
      INTERNAL,
    );
    expect(errorReply(await prismaOver(databaseError(code), (prisma) => prisma.job.count()))).toEqual(
      INTERNAL,
    );
  });
});

describe('a database that cannot take a write', () => {
  const readOnly = 'Database takes no writes';
  const full = 'Database has no room left on its disk';
  const quota = 'could not extend file "base/5/16384": Disk quota exceeded';
  const ways: [string, Error, string][] = [
    ['that is read-only', databaseError('25006'), readOnly],
    ['that was known to be read-only', unavailable('read-only'), readOnly],
    ['with a full disk', databaseError('53100'), full],
    ['over its quota', databaseError('XX000', quota), full],
    ['with a disk that was known to be full', unavailable('full'), full],
  ];

  it.each(ways)('is a 503 that says so, however it is told: %s', async (_name, error, message) => {
    const reply = { status: 503, message, internal: false };
    expect(errorReply(error)).toEqual(reply);
    expect(errorReply(new Error('outer', { cause: error }))).toEqual(reply);
    expect(errorReply(await prismaOver(error, (prisma) => prisma.$queryRaw`SELECT 1`))).toEqual(reply);
    expect(errorReply(await prismaOver(error, (prisma) => prisma.job.count()))).toEqual(reply);
  });

  it('is not what another internal error of Postgres says', () => {
    expect(errorReply(databaseError('XX000', 'cache lookup failed'))).toEqual(INTERNAL);
    expect(errorReply(databaseError('42P01', quota))).toEqual(INTERNAL);
  });
});
