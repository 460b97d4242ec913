import type { PipelineDefinition } from '../domain/definition.js';
import { variableNames } from './variables.named.js';

const pipeline = (scripts: string[][], variables: PipelineDefinition['variables'] = {}) => {
  const tasks = scripts.map((script, index) => ({ name: `t${index}`, script }));
  return { variables, tasks } as unknown as PipelineDefinition;
};

const declared = { schema: {}, required: false };

describe('the variables of a pipeline', () => {
  it('are those that it declares, in the order of its file, and then those that its tasks use', () => {
    const tasks = [['echo {{ .tag }}', 'echo {{ .b }}'], ['echo {{ .a }} {{ .tag }} {{ .__jobID }}']];
    expect(variableNames(pipeline(tasks, { zeta: declared, b: declared }))).toEqual([
      'zeta',
      'b',
      'a',
      'tag',
    ]);
  });

  it('are none where nothing is declared or used', () => {
    expect(variableNames(pipeline([['echo hi']]))).toEqual([]);
  });

  it('are no more than a pipeline may declare', () => {
    const many = Array.from({ length: 300 }, (_, index) => `{{ .v${index} }}`).join('');
    expect(variableNames(pipeline([[many]]))).toHaveLength(200);
  });
});
