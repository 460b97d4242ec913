import type { ChildProcess } from 'node:child_process';

export interface NginxOptions {
  readonly deploy: string;
  readonly listen: string;
  readonly addresses: readonly string[];
  readonly readTimeout?: string;
  readonly location?: string;
}

export function hasNginx(): boolean;
export function startNginx(folder: string, options: NginxOptions): ChildProcess;
