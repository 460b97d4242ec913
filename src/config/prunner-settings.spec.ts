import { inFolder, problemsOf } from '../../test/support/config.js';
import { passedOver, readConfig, readEnvironment } from './config.js';

const SECRET = 'a secret of enough characters';

describe('PRUNNER_CONFIG', () => {
  test('names the file with the secret', () => {
    const files = {
      'own.yml': `jwt_secret: "${SECRET}"\n`,
      '.prunner.yml': 'jwt_secret: "one of another file"\n',
    };
    const { authentication } = inFolder(files, () => readConfig({ PRUNNER_CONFIG: 'own.yml' }));
    expect(authentication).toMatchObject({ by: 'secret', secret: SECRET, source: 'own.yml' });
  });

  test('of a file that is not there, or has no secret, ends the start: the API is never open by mistake', () => {
    expect(inFolder({}, () => problemsOf({ PRUNNER_CONFIG: 'own.yml' }))).toEqual([
      expect.stringMatching(/^own\.yml: cannot be read: /),
    ]);
    expect(inFolder({ 'own.yml': 'path: x\n' }, () => problemsOf({ PRUNNER_CONFIG: 'own.yml' }))).toEqual([
      'own.yml: expected a jwt_secret of at least 16 characters; found none',
    ]);
  });
});

test.each([
  ['PRUNNER_WATCH', 'true', { watch: true }],
  ['PRUNNER_WATCH', '0', { watch: false }],
  ['PRUNNER_POLL_INTERVAL', '30s', { watchMs: 30_000 }],
])('%s=%s is understood', (name, text, expected) => {
  expect(inFolder({}, () => readConfig({ [name]: text }))).toMatchObject(expected);
});

test.each([
  ['PRUNNER_WATCH', 'on', 'PRUNNER_WATCH: expected true, false; found "on"'],
  [
    'PRUNNER_POLL_INTERVAL',
    '0s',
    'PRUNNER_POLL_INTERVAL: expected a duration from 100ms to 1d, such as 30s; found "0s"',
  ],
])('%s=%s is refused', (name, text, problem) => {
  expect(inFolder({}, () => problemsOf({ [name]: text }))).toEqual([problem]);
});

test('any other variable of prunner is named in a warning', () => {
  const names = { PRUNNER_ENABLE_PROFILING: '1', PRUNNER_PATH: '.', PRUNNER_SERVICE_HOST: '10.0.0.1' };
  expect(inFolder({}, () => passedOver({ ...names, PRUNNER_CONFIG: 'x' }))).toEqual([
    'PRUNNER_ENABLE_PROFILING: Holdfast has no setting for this one of prunner; see --help',
  ]);
});

describe('files with variables', () => {
  const files = { '.env': 'FOO=dotenv\nBAR=dotenv\nPORT=1\n', '.env.local': 'FOO=local\n', own: 'FOO=own\n' };
  const given = () => ({ FOO: 'process', BAR: 'process', PORT: '2' });

  test('come before the process’s environment for tasks, and behind it for settings (8.6)', () => {
    const { taskEnvironment, port } = inFolder(files, () => readConfig(readEnvironment(given())));
    expect(taskEnvironment).toMatchObject({ FOO: 'local', BAR: 'dotenv', PORT: '1' });
    expect(port).toBe(2);
  });

  test('are those that PRUNNER_ENV_FILES names', () => {
    const environment = { ...given(), PRUNNER_ENV_FILES: 'own, none' };
    const { taskEnvironment } = inFolder(files, () => readConfig(readEnvironment(environment)));
    expect(taskEnvironment).toMatchObject({ FOO: 'own', BAR: 'process', PORT: '2' });
  });
});
