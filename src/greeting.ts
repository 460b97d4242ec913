/** The lines that the service logs once it has started: where it is, and warnings for its operator. */
import { isIPv6 } from 'node:net';
import { isLoopback } from './config/loopback.js';
import type { Config } from './config/settings.js';
import { VERSION } from './config/version.js';
import { describeCallers } from './http/auth/describe.js';
import { METRICS_PATH } from './http/scrape.js';

/** Not addresses: all that the machine has. */
const EVERYWHERE = /^(0\.0\.0\.0|::|::0|0:0:0:0:0:0:0:0)$/;

export interface Ports {
  readonly port: number;
  /** null: numbers have none of their own. */
  readonly metricsPort: number | null;
}

/** One line for the console: where the API, Swagger UI, numbers and the database are. */
export function greetingOf(config: Config, { port, metricsPort }: Ports, database: string): string {
  const { role, host, basePath } = config;
  const at = (one: number) => `http://${shownHost(host)}:${one}`;
  const api = `${at(port)}${basePath ?? ''}`;
  const doors =
    role === 'worker'
      ? [`worker, health ${at(port)}/health/live`]
      : [`API ${api}`, `Swagger UI ${api}/docs`, describeCallers(config)];
  if (metricsPort !== null) doors.push(`numbers ${at(metricsPort)}${METRICS_PATH}`);
  if (EVERYWHERE.test(host)) doors.push(`on all addresses of this machine (${host})`);
  return `Holdfast ${VERSION}: ${[...doors, `database ${database}`].join(', ')}`;
}

/** A name that leads there from this machine. */
function shownHost(host: string): string {
  if (EVERYWHERE.test(host) || /^(127\.0\.0\.1|::1)$/.test(host)) return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

/** Logged even where only warnings are. */
export function warningsOf({ role, auth, host, taskUser }: Config, isRoot: boolean): string[] {
  const warnings: string[] = [];
  if (!auth && role !== 'worker') {
    const who = isLoopback(host) ? 'every user of this machine' : `every client that reaches ${host}`;
    warnings.push(
      `NO AUTHENTICATION (HOLDFAST_AUTH=off): ${who} may do everything, and the service runs commands`,
    );
  }
  if (isRoot && role !== 'api' && taskUser === null)
    warnings.push('TASKS RUN AS ROOT, as the service does; HOLDFAST_TASK_USER runs them as another user');
  return warnings;
}
