import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly 'bom-ref': string;
  readonly licenses?: readonly unknown[];
}

interface Bom {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const nameOf = ({ group, name }: Component) => (group === undefined ? name : `${group}/${name}`);

/** By the CycloneDX project's own validator, in a process without Jest's transformation. "null": nothing is wrong. */
function problemsOf(bom: Bom): string {
  const tool = createRequire(join(ROOT, 'node_modules', '@cyclonedx', 'cyclonedx-npm', 'package.json'));
  const program = `
    const { Validation } = require(${JSON.stringify(tool.resolve('@cyclonedx/cyclonedx-library'))});
    const text = require('fs').readFileSync(0, 'utf8');
    new Validation.JsonStrictValidator(JSON.parse(text).specVersion).validate(text)
      .then((problems) => console.log(JSON.stringify(problems)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    input: JSON.stringify(bom),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trim();
}

describe('npm run sbom', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sbom-'));
  let bom: Bom;

  beforeAll(() => {
    const file = join(folder, 'bom.json');
    execFileSync('npm', ['run', '--silent', 'sbom', '--', '--output-file', file], { cwd: ROOT });
    bom = read(file) as Bom;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('writes valid CycloneDX', () => {
    expect(problemsOf(bom)).toBe('null');
    expect(problemsOf({ ...bom, components: [{ nonsense: true } as never] })).toContain('"required"');
  });

  test('lists every package that an installation without development dependencies can have, and no other', () => {
    const { packages } = read(join(ROOT, 'package-lock.json')) as {
      packages: Record<string, { version: string; dev?: boolean }>;
    };
    const installed = Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.replace(/.*node_modules\//, '')}@${version}`);
    const listed = bom.components.map((component) => `${nameOf(component)}@${component.version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
  });

  test('says of which program it is, and what that depends on directly, with licenses', () => {
    const manifest = read(join(ROOT, 'package.json')) as Record<string, Record<string, string>>;
    const direct = Object.keys({ ...manifest['dependencies'], ...manifest['optionalDependencies'] });
    const { component } = bom.metadata;
    expect([component.name, component.version]).toEqual([manifest['name'], manifest['version']]);
    const { dependsOn = [] } = bom.dependencies.find(({ ref }) => ref === component['bom-ref']) ?? {};
    const components = bom.components.filter((one) => dependsOn.includes(one['bom-ref']));
    expect(components.map(nameOf).sort()).toEqual(direct.sort());
    expect(components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
  });
});
