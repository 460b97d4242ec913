/** The whole service of one process: its rooms opened in order, and closed in the opposite one. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { AppModule } from './app.module.js';
import type { Config } from './config/settings.js';
import { Database } from './database/database.js';
import { migrate } from './database/migrations/migrations.js';
import { findDatabase, placeOf } from './database/open.js';
import { BashExecutor } from './executor/bash-executor.js';
import { createServer } from './http/server.js';
import { PipelinesService } from './jobs/pipelines.service.js';
import { OutputWriter } from './logs/output-writer.js';
import { PipelineSet } from './pipelines/pipelines.store.js';
import { RetentionClock } from './scheduler/retention.js';
import { Scheduler } from './scheduler/scheduler.js';
import { Worker } from './worker/worker.js';

/** For running tasks after SIGTERM (10.4). */
const GRACE_MS = 30_000;
/** For reporting what was killed when the end is to be now. */
const ABORT_MS = 3_000;
const CONNECTIONS = 10;

type Close = () => Promise<unknown>;

export class Service {
  /** What was opened, the last first. */
  readonly #closing: Close[] = [];
  #worker: Worker | null = null;
  /** Where jobs come in; a worker has no such place. */
  #intake: PipelinesService | null = null;
  #greeting = '';

  /** One line for the console: where the API, Swagger UI and the database are. */
  get greeting(): string {
    return this.#greeting;
  }

  static async open(config: Config): Promise<Service> {
    const service = new Service();
    try {
      await service.#open(config);
      return service;
    } catch (error) {
      await service.#closeAll();
      throw error;
    }
  }

  async #open(config: Config): Promise<void> {
    const pipelines = new PipelineSet({ path: config.pipelinesPath, pattern: config.pipelinesPattern });
    // A worker runs a job by the definition that the job carries (9.7).
    if (config.role !== 'worker') {
      for (const warning of (await pipelines.reload()).warnings) console.warn(`holdfast: ${warning}`);
    }

    const { url, cluster } = await findDatabase({ url: config.databaseUrl, dataFolder: config.dataFolder });
    if (cluster !== null) this.#onClose(() => cluster.stop());
    await migrate(url);
    const database = new Database(url, { name: config.role, size: CONNECTIONS });
    this.#onClose(() => database.close());

    const version = await ownVersion();
    const app = await createServer({ module: AppModule.open(config, { database, pipelines }), version });
    if (config.role !== 'worker') this.#intake = app.get(PipelinesService);
    this.#onClose(() => app.close());
    // Not Nest's own listen, which prints an error before it throws it.
    const address = await app.getHttpAdapter().getInstance().listen({ host: config.host, port: config.port });

    if (config.role !== 'worker') {
      const retention = new RetentionClock({ database, pipelines, orphanMs: config.orphanRetentionMs });
      this.#onClose(() => retention.close());
      retention.start();
    }
    if (config.role !== 'api') {
      const executor = new BashExecutor({ environment: config.taskEnvironment });
      this.#onClose(() => executor.close());
      const writer = new OutputWriter(database.pool, config.outputLimit);
      const parts = { database: database.pool, scheduler: app.get(Scheduler), executor, writer };
      this.#worker = new Worker(parts, {
        name: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
        slots: config.workerSlots,
        databaseUrl: url,
        environment: config.taskEnvironment,
      });
      await this.#worker.start();
    }
    const place = cluster === null ? placeOf(url) : `${placeOf(url)} (embedded, in ${config.dataFolder})`;
    this.#greeting = greet(version, config, address, place);
  }

  /** SIGINT waits for running tasks without limit, SIGTERM for a grace period; waiting jobs stay waiting (10.4). */
  async close(signal: NodeJS.Signals): Promise<void> {
    this.#intake?.close();
    const worker = this.#worker;
    if (worker !== null) {
      const { runningTasks } = worker;
      if (runningTasks > 0)
        console.log(`holdfast: waiting for ${runningTasks} running tasks; again to kill them`);
      const grace = signal === 'SIGTERM' ? setTimeout(worker.kill.bind(worker), GRACE_MS) : undefined;
      await worker.drain();
      clearTimeout(grace);
    }
    await this.#closeAll();
  }

  /** The end is now: what runs is killed, and reported if that is quick. */
  async abort(): Promise<void> {
    this.#worker?.kill();
    const late = new Promise((done) => setTimeout(done, ABORT_MS));
    await Promise.race([this.#worker?.drain(), late]);
    await Promise.race([this.#closeAll(), late]);
  }

  #onClose(close: Close): void {
    this.#closing.unshift(close);
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
  }
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function greet(version: string, { role, host }: Config, url: string, database: string): string {
  const shown = url.replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost');
  const where = host === '127.0.0.1' || host === '::1' || host === 'localhost' ? shown : url;
  const api =
    role === 'worker' ? `worker, health ${where}/health/live` : `API ${where}, Swagger UI ${where}/docs`;
  return `Holdfast ${version}: ${api}, database ${database}`;
}
