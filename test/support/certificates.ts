/** Certificates for tests, made by Debian's `openssl`: an authority, and what it signs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Files, in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export class Authority {
  readonly certificate: string;
  readonly #key: string;
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-certificates-'));
    this.certificate = join(this.#folder, 'ca.crt');
    this.#key = join(this.#folder, 'ca.key');
    const own = [
      '-x509',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      this.#key,
      '-out',
      this.certificate,
    ];
    openssl('req', '-newkey', 'rsa:2048', '-nodes', ...own);
  }

  /** `names`: `DNS:localhost` or `IP:127.0.0.1`. */
  sign(subject: string, ...names: string[]): Certificate {
    const file = (kind: string) => join(this.#folder, `${subject}.${kind}`);
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      file('key'),
      '-out',
      file('csr'),
    );
    writeFileSync(file('ext'), names.length === 0 ? '' : `subjectAltName=${names.join(',')}`);
    const by = ['-CA', this.certificate, '-CAkey', this.#key, '-CAcreateserial', '-extfile', file('ext')];
    openssl('x509', '-req', '-days', '2', '-in', file('csr'), '-out', file('crt'), ...by);
    return { certificate: file('crt'), key: file('key') };
  }
}

export const contentOf = (file: string): string => readFileSync(file, 'utf8');

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
