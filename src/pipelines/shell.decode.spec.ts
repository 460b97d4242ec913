import { shellOf } from '../domain/definition.js';
import { definedIn, errorsWith } from '../../test/support/defined.js';
import { parsePipelines } from './parse.js';

function shell(text: string, name: string) {
  const { definition, task } = definedIn(text, name, '/srv/jobs/pipelines.yml');
  return shellOf(definition, task);
}

describe('working_dir and shell_options', () => {
  const YAML = `
pipelines:
  p:
    working_dir: ../app
    shell_options: [pipefail, errexit]
    tasks:
      a: { script: [a], working_dir: /tmp, shell_options: [] }
      b: { script: [b], working_dir: ., shell_options: nounset }
    on_error: { script: [c] }
`;

  it.each([
    ['a', { workingDir: '/tmp', options: [] }],
    ['b', { workingDir: '/srv/jobs', options: ['nounset'] }],
    ['on_error', { workingDir: '/srv/app', options: ['errexit', 'pipefail'] }],
  ])('of %s are its own, or its pipeline’s', (name, expected) => {
    expect(shell(YAML, name)).toEqual(expected);
  });

  it('are relative to a file that is named without its folder, too', () => {
    const yaml = 'pipelines: { p: { working_dir: x, tasks: { a: { script: [a] } } } }';
    const [definition] = parsePipelines('pipelines.yml', Buffer.from(yaml)).definitions;
    expect(definition?.shell).toEqual({ workingDir: `${process.cwd()}/x` });
  });

  it('are not in a definition that does not set them, as in those of older versions', () => {
    const { definition } = definedIn('pipelines: { p: { tasks: { a: { script: [a] } } } }', 'a');
    expect(JSON.stringify(definition)).not.toContain('shell');
  });

  it.each([
    ['working_dir: ""', 'working_dir must not be empty; "." is the folder of the file'],
    ['working_dir: ~/x', 'working_dir must not begin with ~, which is not expanded'],
    ['working_dir: "a/{{ .b }}"', 'working_dir must not contain {{, as it is no template'],
    [`working_dir: ${'x'.repeat(4_096)}`, 'working_dir must have at most 4095 bytes'],
    ['working_dir: [a]', 'must be a path, not a list'],
    ['shell_options: [xtrace]', 'shell_options must be of errexit, nounset, pipefail, not "xtrace"'],
    ['shell_options: { errexit: true }', 'must be a list of texts, not a map'],
  ])('are refused where they are wrong: %s', (key, message) => {
    for (const errors of errorsWith(key)) expect(errors).toEqual([expect.stringContaining(message)]);
  });
});
