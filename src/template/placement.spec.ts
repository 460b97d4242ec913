/** Values arrive where they are written, and a script is read as bash reads it: real bash runs both. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderScript } from '../../test/support/render.js';
import { TemplateError, type TemplateValue } from './render.js';

type Variables = Readonly<Record<string, TemplateValue>>;

interface Run {
  readonly out: string;
  readonly error: string;
  readonly status: number | null;
  /** A command in a value ran. */
  readonly sang: boolean;
}

/** Each makes a file if it runs. */
const EVALUATED = 'a[$(touch sang)]';
const COMMAND = '$(touch sang)';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-placement-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function bash(script: string, env: Readonly<Record<string, string>> = {}): Run {
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...env },
    encoding: 'utf8',
  });
  return { out: stdout, error: stderr, status, sang: existsSync(join(folder, 'sang')) };
}

function run(template: string, variables: Variables): Run {
  const { text, env } = renderScript(template, variables);
  return bash(text, env);
}

/** The script as it would run with the value written in as it is. */
const author = (template: string, value: string): Run => bash(template.replaceAll('{{.v}}', value));

function refusal(template: string, variables: Variables): string | null {
  try {
    renderScript(template, variables);
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message.replace(/^.*at <[^>]*>: /, '');
    throw error;
  }
}

describe('a quoted name of a builtin that declares', () => {
  it.each([
    '\\declare x={{.v}}',
    '"declare" x={{.v}}',
    "f() { 'local' x={{.v}}; }; f",
    'decl""are x={{.v}}',
  ])('splits the words of an assignment, so that only plain values stand in %s', (template) => {
    const value = '1 y[$(touch${IFS}sang)]=1';
    expect(bash(template.replace('{{.v}}', '$V'), { V: value }).sang).toBe(true);
    expect(refusal(template, { v: value })).toBe(
      'only a plain word can stand in an argument that bash splits into words',
    );
  });
});
