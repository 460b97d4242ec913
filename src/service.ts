/** The whole service of one process: its rooms opened in order, and closed in the opposite one. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { AppModule } from './app.module.js';
import { Closing, within } from './closing.js';
import type { Config } from './config/settings.js';
import { VERSION } from './config/version.js';
import { type Connections, openConnections } from './database/connections.js';
import type { Database } from './database/database.js';
import { Listener } from './database/listener.js';
import { connectionsOf, sizesOf } from './database/parts.js';
import { ensureMigrated, missingMigrations } from './database/migrations/migrations.js';
import { DatabaseClock } from './database/database-clock.js';
import { findDatabase, type FoundDatabase } from './database/open.js';
import { unavailable } from './domain/errors.js';
import { DEFAULT_STOPPING } from './domain/stopping.js';
import { BashExecutor } from './executor/bash-executor.js';
import { authenticatorOf } from './http/auth/authenticate.js';
import { isRoot } from './executor/task-user/as-user.js';
import { taskUserOf } from './task-user.js';
import { greetingOf, warningsOf } from './greeting.js';
import type { Farewell } from './http/farewell.js';
import { HealthController } from './http/health.controller.js';
import { listen } from './http/listen.js';
import { openMetrics, Scrape } from './http/scrape.js';
import { createServer } from './http/server.js';
import { Streams } from './jobs/events/streams.js';
import { PipelinesService } from './jobs/pipelines.service.js';
import { OutputWriter } from './logs/output-writer.js';
import { PipelineSet } from './pipelines/pipelines.store.js';
import { openParser } from './pipelines/threads/parser.js';
import { BacklogNumbers } from './scheduler/numbers.js';
import { RetentionClock } from './scheduler/retention.js';
import { reload, watch } from './reload.js';
import { Scheduler } from './scheduler/scheduler.js';
import { SweepClock } from './scheduler/sweep.js';
import { startTracing } from './telemetry/trace.js';
import { logger, PROGRAM } from './telemetry/log.js';
import { beatMs } from './worker/heartbeat.js';
import { Worker } from './worker/worker.js';

const log = logger(PROGRAM);

/** For reporting what was killed then, if the database takes it. */
const REPORT_MS = 10_000;
/** For those who still ask, for answers that are under way, and for what else has to be put away. */
const CLOSE_MS = 15_000;

/**
 * The same when the end is to be now. First, what is being opened has to be there before it can be closed; a killed task
 * takes 2 s where it ignores SIGINT; the embedded Postgres ends by itself once it is told to, by a program.
 */
const ABORT_MS = { open: 10_000, report: 5_000, stopCluster: 10_000 };

export class Service {
  readonly #closing = new Closing();
  /** Ends a start that still waits for the database or migrates it. */
  readonly #stopping = new AbortController();
  /** Whether it could be opened, once that is known. */
  #opened: Promise<boolean> = Promise.resolve(false);
  #worker: Worker | null = null;
  #pipelines: PipelineSet | null = null;
  #farewell: Farewell | null = null;
  #graceMs = 0;
  /** Who has to know that this process is about to end. */
  readonly #doors: { close(): void }[] = [];
  #greeting = '';
  #warnings: readonly string[] = [];

  /** One line for the console: where the API, Swagger UI and the database are. */
  get greeting(): string {
    return this.#greeting;
  }

  /** What must not be overlooked. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Once. Closes what it has opened if it rejects, which it does with a `StoppedError` if it is told to end. */
  async open(config: Config): Promise<void> {
    const opening = this.#open(config, this.#stopping.signal).catch(async (error: unknown) => {
      await this.#closing.all();
      throw error;
    });
    this.#opened = opening.then(
      () => true,
      () => false,
    );
    await opening;
  }

  async #open(config: Config, signal: AbortSignal): Promise<void> {
    this.#graceMs = config.graceMs;
    // First, because these may be mistakes in the settings.
    const authenticator = await authenticatorOf(config.authentication, config.corsOrigins);
    const user = await taskUserOf(config);
    const traceUrl = traceUrlOf(config);
    if (traceUrl !== null) this.#closing.add(await startTracing({ url: traceUrl, version: VERSION }));
    const source = { path: config.pipelinesPath, pattern: config.pipelinesPattern };
    const pipelines = new PipelineSet(source, openParser);
    // A worker runs a job by the definition that the job carries (9.7).
    if (config.role !== 'worker') {
      for (const warning of (await pipelines.reload()).warnings) log.warn(`warning: ${warning}`);
      this.#pipelines = pipelines;
    }

    const finding = findDatabase(config, signal);
    // Before it is found, because an end in a hurry must not leave an embedded Postgres that is still starting.
    this.#closing.add(() => stopClusterOf(finding), ABORT_MS.stopCluster);
    const found = await finding;
    const { target, cluster } = found;
    const sizes = sizesOf(config, found.isPooled);
    if (found.isPooled) log.info(poolerLine(connectionsOf(config.role, sizes)));
    await ensureMigrated(found, { apply: config.migrate, signal });
    const listener = new Listener(target);
    const connections = await openConnections(target, {
      ...sizes,
      listener,
      role: config.role,
      beatMs: beatMs(config.leaseMs),
    });
    this.#closing.add(() => connections.close());
    const { availability, room, background, api, worker } = connections;

    this.#closing.add(() => listener.close());
    const module = AppModule.open({ database: api, availability, pipelines, listener });
    const scrape = new Scrape();
    const { app, farewell } = await createServer({
      module,
      version: VERSION,
      described: config.role !== 'worker',
      settings: config,
      authenticator,
      scrape: config.metrics === 'on' ? scrape : null,
    });
    const health = app.get(HealthController);
    health.watch(() => lackOfConnections(connections));
    health.watch(() => (room.isFull ? unavailable('full').message : null));
    health.watch(() => lackOfMigrations(background));
    this.#doors.push(health, farewell);
    if (config.role !== 'worker') this.#doors.push(app.get(Streams));
    // What an API without tasks accepts is committed, for workers elsewhere: it need not refuse anything to end.
    if (config.role === 'all') this.#doors.push(app.get(PipelinesService));
    this.#farewell = farewell;
    this.#closing.add(() => farewell.take(() => app.close()));
    const port = await listen(app.getHttpAdapter().getInstance(), config);
    const { metrics } = config;
    const metricsPort =
      typeof metrics === 'number' ? await this.#openMetrics(config.host, metrics, scrape) : null;

    const sweep = new SweepClock({ database: background, leaseMs: config.leaseMs });
    this.#closing.add(() => sweep.close());
    sweep.start();
    if (api !== null) {
      const backlog = new BacklogNumbers(background);
      scrape.add(() => backlog.read());
      const retention = new RetentionClock({
        database: background,
        pipelines,
        orphanMs: config.orphanRetentionMs,
      });
      this.#closing.add(() => retention.close());
      retention.start();
      if (config.watch) {
        const watching = watch(pipelines, config.watchMs);
        this.#closing.add(() => {
          watching.close();
          return Promise.resolve();
        });
      }
    }
    if (worker !== null) {
      const { database, heartbeat } = worker;
      const executor = new BashExecutor({ environment: config.taskEnvironment, user });
      this.#closing.add(() => executor.close());
      const clock = new DatabaseClock();
      const writer = new OutputWriter(database.pool, config.outputLimit, () => clock.now());
      const scheduler = new Scheduler(database);
      const parts = { database: database.pool, heartbeat, clock, scheduler, executor, writer, listener };
      const name = config.workerName ?? nameOfOwn(cluster !== null, app.getHttpServer());
      const running = new Worker(parts, {
        name,
        leaseMs: config.leaseMs,
        slots: config.workerSlots,
      });
      this.#worker = running;
      scrape.add(() => {
        running.readNumbers();
      });
      health.watch(() =>
        running.standsBy ? `Another worker is called ${name}: this one runs nothing` : null,
      );
      await running.start();
    }
    const place = cluster === null ? target.place : `${target.place} (embedded, in ${config.dataFolder})`;
    this.#greeting = greetingOf(config, { port, metricsPort }, place);
    this.#warnings = warningsOf(config, isRoot());
  }

  /** The port. */
  async #openMetrics(host: string, port: number, scrape: Scrape): Promise<number> {
    const server = await openMetrics(host, port, scrape);
    this.#closing.add(async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    });
    return (server.address() as AddressInfo).port;
  }

  /** Reads the pipeline files again; a worker has none. */
  async reload(): Promise<void> {
    await this.#opened;
    if (this.#pipelines !== null) await reload(this.#pipelines);
  }

  /**
   * SIGINT waits for running tasks without limit, others for a grace period; waiting jobs stay waiting (10.4).
   * false: something could not be reported or put away in time.
   */
  async close(signal: NodeJS.Signals): Promise<boolean> {
    this.#stopping.abort(signal);
    // What could not be opened is closed by `open`, whose caller then ends the process, and says why.
    if (!(await this.#opened)) return new Promise(() => undefined);
    for (const door of this.#doors) door.close();
    const drained = this.#worker === null || (await this.#drain(this.#worker, signal));
    if (await within(CLOSE_MS, this.#closing.all())) return drained;
    await this.abort();
    return false;
  }

  async #drain(worker: Worker, signal: NodeJS.Signals): Promise<boolean> {
    const { runningTasks } = worker;
    const patience = signal === 'SIGINT' ? 'without limit' : `for ${this.#graceMs / 1000} s`;
    if (runningTasks > 0)
      log.info(`running tasks to wait for: ${runningTasks}, ${patience}; the signal again kills them now`);
    const drained = worker.drain();
    if (signal === 'SIGINT') return within(Infinity, drained);
    if (await within(this.#graceMs, drained)) return true;
    const graceMs = worker.kill();
    if (graceMs > DEFAULT_STOPPING.killGraceMs)
      log.info(`running tasks are asked to end, for ${graceMs / 1000} s; the signal again kills them now`);
    return within(graceMs + REPORT_MS, drained);
  }

  /**
   * The end is now, also of an orderly one that is under way: what runs is killed, and reported if the database takes it
   * in time, else left to rescue. Resolves within some seconds, whatever hangs.
   */
  async abort(): Promise<void> {
    this.#stopping.abort('an error or a second signal');
    await within(ABORT_MS.open, this.#opened);
    try {
      for (const door of this.#doors) door.close();
      this.#farewell?.hurry();
      if (this.#worker !== null) await this.#killTasks(this.#worker);
    } finally {
      this.#closing.hurry();
      await this.#closing.all();
    }
  }

  async #killTasks(worker: Worker): Promise<void> {
    const { runningTasks } = worker;
    if (runningTasks > 0) log.warn(`running tasks that are killed: ${runningTasks}`);
    worker.kill();
    const drained = worker.drain();
    // In a hurry a task has no longer grace than this.
    if (!(await within(DEFAULT_STOPPING.killGraceMs, drained))) worker.forceKill();
    if ((await within(ABORT_MS.report, drained)) || worker.runningTasks === 0) return;
    log.warn(`killed tasks that could not be reported: ${worker.runningTasks}; they are left to rescue`);
  }
}

/** Where none was found, none is left running: see `startCluster`. */
async function stopClusterOf(finding: Promise<FoundDatabase>): Promise<void> {
  const found = await finding.catch(() => null);
  await found?.cluster?.stop();
}

/**
 * Processes that share an embedded Postgres are on one machine, where an address belongs to one process: the next one
 * that listens there is the successor of the last. Elsewhere two machines may call themselves the same.
 */
function nameOfOwn(embedded: boolean, server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return embedded ? `${address}:${port}` : `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
}

/** With fewer sessions, statements would wait for a session, and the database would seem to be away. */
const poolerLine = (sessions: number): string =>
  'a connection pooler is in front of the database: ' +
  `it has to give this process ${sessions} sessions (PgBouncer: default_pool_size, 20 for all by default)`;

async function lackOfConnections(connections: Connections): Promise<string | null> {
  const short = await connections.findShort();
  return short.length === 0 ? null : `Database has no free connection for: ${short.join(', ')}`;
}

async function lackOfMigrations({ pool }: Database): Promise<string | null> {
  const missing = await missingMigrations(pool);
  return missing.length === 0 ? null : `Database lacks migrations of this version: ${missing.join(', ')}`;
}

/** As OpenTelemetry's own settings say it. */
const traceUrlOf = ({ traceUrl, otlpUrl }: Config) =>
  traceUrl ?? (otlpUrl === null ? null : `${otlpUrl.replace(/\/$/, '')}/v1/traces`);
