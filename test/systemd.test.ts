import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../src/config/config.js';
import { type Setting, SETTINGS } from '../src/config/settings.js';
import { testWith } from './support/gateway.js';

const FILE = join(__dirname, '..', 'deploy', 'holdfast.service');
const text = readFileSync(FILE, 'utf8');
const valueOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('deploy/holdfast.service', () => {
  testWith('systemd', hasSystemd, 'is well for systemd', () => {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', FILE], { encoding: 'utf8' });
    // Whether node is in /usr/bin is this machine's business.
    const said = (stdout + stderr)
      .split('\n')
      .filter((line) => line !== '' && !line.includes('/usr/bin/node'));
    expect([status === 0 || said.length === 0, said]).toEqual([true, []]);
  });

  test('runs tasks as another user than the service, which keeps no right that it does not need', () => {
    expect(valueOf('Environment')).toBe('HOLDFAST_TASK_USER=holdfast-tasks');
    expect(valueOf('User')).toBe('holdfast');
    expect(valueOf('CapabilityBoundingSet')).toBe(valueOf('AmbientCapabilities'));
    expect(valueOf('NoNewPrivileges')).toBe('yes');
  });

  test('names only settings that there are', () => {
    const known = (SETTINGS as readonly Setting[]).map(({ variable }) => variable);
    expect(known).toEqual(expect.arrayContaining(text.match(/\b(HOLDFAST_\w+|DATABASE_URL)\b/g) ?? []));
  });

  test('leaves the service longer than it gives its tasks, and its tasks to it', () => {
    expect(Number(valueOf('TimeoutStopSec'))).toBeGreaterThanOrEqual(readConfig({}).graceMs / 1000 + 15);
    expect(valueOf('KillMode')).toBe('mixed');
  });
});
