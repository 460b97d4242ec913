import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const SCRIPT = join(ROOT, 'scripts', 'pin-images.mjs');
const INDEX = 'application/vnd.oci.image.index.v1+json';
const TOKEN = 'for reading';

const digestOf = (manifest: string) => `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

/** A registry that asks for a token, as Docker Hub does. */
class Registry {
  /** By `name:tag`. */
  readonly manifests = new Map<string, string>();
  readonly asked: string[] = [];
  /** Digests by `name:tag` that answers name instead of the true ones. */
  readonly lies = new Map<string, string>();
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response);
  });

  async open(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  close(): void {
    this.#server.close();
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', `http://${this.host}`);
    if (url.pathname === '/token') {
      const [, name = ''] = /^repository:(.*):pull$/.exec(url.searchParams.get('scope') ?? '') ?? [];
      response.end(JSON.stringify({ token: `${TOKEN} ${name}` }));
      return;
    }
    const [, name = '', tag = ''] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(url.pathname) ?? [];
    if (request.headers.authorization !== `Bearer ${TOKEN} ${name}`) {
      const challenge = `Bearer realm="http://${this.host}/token",service="here",scope="repository:${name}:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    this.asked.push(`${name}:${tag}`);
    const manifest = this.manifests.get(`${name}:${tag}`);
    if (manifest === undefined || !request.headers.accept?.startsWith(INDEX)) {
      response.writeHead(404).end();
      return;
    }
    const digest = this.lies.get(`${name}:${tag}`) ?? digestOf(manifest);
    response.writeHead(200, { 'content-type': INDEX, 'docker-content-digest': digest }).end(manifest);
  }
}

describe('npm run pin:images', () => {
  const registry = new Registry();
  let folder: string;

  beforeAll(() => registry.open());
  afterAll(() => {
    registry.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-pin-'));
    registry.manifests.clear();
    registry.manifests.set('library/node:24-slim', 'node').set('library/nginx:1.30', 'nginx');
    registry.manifests.set('team/tool:v1.2', 'tool');
    registry.asked.length = 0;
    registry.lies.clear();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  const read = (file: string) => readFileSync(join(folder, file), 'utf8');

  function pin(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const all = [SCRIPT, '--mirror', `http://${registry.host}`, ...args, folder];
    return new Promise((done) => {
      execFile(process.execPath, all, (error, stdout, stderr) => {
        done({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    });
  }

  test('writes the digest of each tag behind it, in every file, and asks for each tag once', async () => {
    const node = 'ARG NODE_IMAGE=node:24-slim';
    const rest = 'FROM ${NODE_IMAGE} AS build\nFROM build AS last\nCOPY --from=build /a /a\n';
    write('Dockerfile', `# image: node:24-slim\n${node}\n${rest}COPY --from=nginx:1.30 /b /b\n`);
    write('docker-compose.yml', 'services:\n  a:\n    image: nginx:1.30 # why\n  b:\n    image: holdfast\n');
    write(
      'deploy/deep/job.yaml',
      `- image: "${registry.host}/team/tool:v1.2"\n  image: {{ .Values.image }}\n`,
    );
    const [nodeDigest, nginxDigest, toolDigest] = ['node', 'nginx', 'tool'].map(digestOf);
    const nginx = `nginx:1.30@${String(nginxDigest)}`;
    const tool = `${registry.host}/team/tool:v1.2@${String(toolDigest)}`;
    expect(await pin()).toEqual({
      code: 0,
      stdout: `node:24-slim@${String(nodeDigest)}\n${nginx}\n${tool}\n`,
      stderr: '',
    });
    expect(read('Dockerfile')).toBe(
      `# image: node:24-slim\n${node}@${String(nodeDigest)}\n${rest}COPY --from=${nginx} /b /b\n`,
    );
    expect(read('docker-compose.yml')).toBe(
      `services:\n  a:\n    image: ${nginx} # why\n  b:\n    image: holdfast\n`,
    );
    expect(read('deploy/deep/job.yaml')).toBe(`- image: "${tool}"\n  image: {{ .Values.image }}\n`);
    expect(registry.asked).toEqual(['library/node:24-slim', 'library/nginx:1.30', 'team/tool:v1.2']);
    expect(await pin('--check')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('renews a digest when its tag has moved, and keeps one that has no tag', async () => {
    const kept = `image: nginx@${digestOf('by hand')}\n`;
    write('docker-compose.yml', `image: node:24-slim@${digestOf('old')}\n${kept}`);
    expect((await pin()).code).toBe(0);
    expect(read('docker-compose.yml')).toBe(`image: node:24-slim@${digestOf('node')}\n${kept}`);
  });

  test.each<[string, string, string, () => unknown]>([
    ['a tag that is not there', 'image: gone:1', 'gone:1: http://127.0.0.1', () => null],
    ['an image without a tag', 'image: nginx', 'docker-compose.yml: nginx has no tag', () => null],
    [
      'a registry that names another digest than it sent',
      'image: nginx:1.30',
      'nginx:1.30: http://127.0.0.1',
      () => registry.lies.set('library/nginx:1.30', digestOf('other')),
    ],
    ['a name that is none', 'image: UPPER:1', 'UPPER:1 is not the name of an image', () => null],
  ])('writes nothing at all because of %s', async (_what, line, message, prepare) => {
    const text = `image: node:24-slim\n${line}\n`;
    write('docker-compose.yml', text);
    prepare();
    const { code, stdout, stderr } = await pin();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(read('docker-compose.yml')).toBe(text);
  });

  test('says with --check which images have no digest, and asks nobody', async () => {
    write('Dockerfile', 'FROM node:24-slim AS a\n');
    write('docker-compose.yml', `image: nginx:1.30@${digestOf('nginx')}\nimage: nginx\n`);
    const stderr = 'pin-images: without a digest:\nDockerfile: node:24-slim\ndocker-compose.yml: nginx\n';
    expect(await pin('--check')).toEqual({ code: 1, stdout: '', stderr });
    expect(registry.asked).toEqual([]);
  });
});

/** Digests cannot be found out without a registry. Once the first is committed, an image without one is refused. */
test('our images have digests: all of them, or none yet', async () => {
  const stderr = await new Promise<string>((done) => {
    execFile(process.execPath, [SCRIPT, '--check', ROOT], (_error, _stdout, text) => {
      done(text);
    });
  });
  const isPinned = (file: string) => /@sha256:[0-9a-f]{64}/.test(readFileSync(join(ROOT, file), 'utf8'));
  const unpinned = stderr.split('\n').slice(1, -1);
  if (isPinned('Dockerfile') || isPinned('docker-compose.yml')) expect(unpinned).toEqual([]);
  else {
    const names = unpinned.map((line) => line.replace(/:[^:]*$/, ''));
    const ours = ['Dockerfile: node', 'docker-compose.yml: nginx', 'docker-compose.yml: postgres'];
    expect(names).toEqual(expect.arrayContaining(ours));
  }
});
