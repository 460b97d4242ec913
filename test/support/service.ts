/** The built service as a process of its own, and a client for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobResponse } from '../../src/jobs/job.response.js';
import { freshDatabase } from './database.js';
import { until } from './wait.js';

const MAIN = join(__dirname, '..', '..', 'dist', 'main.js');

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What a failed test leaves running would keep Jest from ending. */
const started: TestService[] = [];
afterAll(() => {
  for (const service of started.splice(0)) service.process.kill('SIGKILL');
});

export class TestService {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  output = '';

  /** `nodeOptions`: what Node itself is told, such as `--import` and a module. */
  constructor(env: Record<string, string>, cwd?: string, nodeOptions: readonly string[] = []) {
    this.process = spawn(process.execPath, [...nodeOptions, MAIN], {
      env: { PATH: process.env['PATH'], HOME: tmpdir(), PORT: '0', HOLDFAST_LOG_FORMAT: 'text', ...env },
      cwd: cwd ?? mkdtempSync(join(tmpdir(), 'holdfast-cwd-')),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
    }
    started.push(this);
    this.exited = new Promise((done) => {
      this.process.once('close', (code) => {
        done(code);
      });
    });
  }

  /** Its own line on the console, once it serves. */
  greeting(): Promise<string> {
    return until('the service says that it is there', () => {
      if (this.process.exitCode !== null) throw new Error(`it ended: ${this.output}`);
      return /^Holdfast .*$/m.exec(this.output)?.[0];
    });
  }

  async url(path = ''): Promise<string> {
    const [, url] = /(http:\/\/[^/,\s]+)/.exec(await this.greeting()) ?? [];
    return `${String(url)}${path}`;
  }

  async call<T>(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const init = {
      method,
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    };
    const response = await fetch(await this.url(path), init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? null : JSON.parse(text)) as T,
    };
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.call<T>('GET', path);
  }

  /** The job's id. As a caller should, it asks again for the same job while it is answered 503. */
  async schedule(pipeline: string, variables: Record<string, unknown> = {}): Promise<string> {
    const text = JSON.stringify({ pipeline, variables });
    const key = { 'idempotency-key': randomUUID() };
    const { status, body } = await until('a schedule is answered', async () => {
      const answer = await this.call<{ jobId: string }>('POST', '/pipelines/schedule', text, key);
      return answer.status !== 503 && answer;
    });
    if (status !== 202) throw new Error(`schedule answered ${status}: ${JSON.stringify(body)}`);
    return body.jobId;
  }

  async job(id: string): Promise<JobResponse> {
    const { status, body } = await this.get<JobResponse>(`/job/detail?id=${id}`);
    if (status !== 200) throw new Error(`detail answered ${status}: ${JSON.stringify(body)}`);
    return body;
  }

  logs(id: string, task: string): Promise<{ stdout: string; stderr: string }> {
    const path = `/job/logs?id=${id}&task=${encodeURIComponent(task)}`;
    return this.get<{ stdout: string; stderr: string }>(path).then(({ body }) => body);
  }

  completed(id: string): Promise<JobResponse> {
    return until(`job ${id} is completed`, async () => {
      const job = await this.job(id);
      return job.completed && job;
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.process.kill(signal);
    return this.exited;
  }
}

/** On a database of its own, with one pipelines.yml of this text. */
export const serviceOf = async (pipelines: string): Promise<TestService> =>
  new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(pipelines) });

/** A folder with one pipelines.yml of this text. */
export function pipelinesFolder(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pipelines-'));
  writeFileSync(join(folder, 'pipelines.yml'), text);
  return folder;
}

export const taskStates = (job: JobResponse): Record<string, string> =>
  Object.fromEntries(job.tasks.map((task) => [task.name, task.status]));
