import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressIn } from '../../config/database/read-address.js';
import { findPassword, passwordFor } from './password.js';

const HOST = { host: 'h', address: null, port: 5432 };
const OWN = { database: 'd', user: 'u' };

describe('a password file', () => {
  test.each([
    ['h:5432:d:u:p', 'p'],
    ['*:*:*:*:p', 'p'],
    ['# h:5432:d:u:no\n\nx:*:*:*:no\nh:1:*:*:no\nh:*:e:*:no\nh:*:*:v:no\n*:*:*:u:yes', 'yes'],
    ['h:5432:d:u:first\nh:5432:d:u:second', 'first'],
    ['h:5432:d:u:a\\:b\\\\c', 'a:b\\c'],
    ['h:5432:d:u:a:b', 'a:b'],
    ['h:5432:d:u', null],
    ['', null],
  ])('%j has %s', (text, password) => {
    expect(findPassword(text, OWN, HOST)).toBe(password);
  });

  test('calls the machine of a socket localhost, or has its folder', () => {
    const socket = { ...HOST, host: '/tmp' };
    expect(findPassword('localhost:5432:d:u:p', OWN, socket)).toBe('p');
    expect(findPassword('/tmp:5432:d:u:p', OWN, socket)).toBe('p');
    expect(findPassword('h\\:1:5432:d:u:p', OWN, { ...HOST, host: 'h:1' })).toBe('p');
  });

  test('is not believed where others may read it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'holdfast-pass-')), 'pass');
    writeFileSync(file, 'h:*:*:*:p', { mode: 0o600 });
    const address = { ...addressIn('postgresql://u@h/d'), passFile: file };
    expect(await passwordFor(address, HOST)).toBe('p');
    chmodSync(file, 0o640);
    await expect(passwordFor(address, HOST)).rejects.toThrow(
      'the server asks for a password, and none is set',
    );
  });
});

test('a password in a file is read anew for each connection', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-pass-')), 'pass');
  const address = { ...addressIn('postgresql://u@h/d'), password: { kind: 'file', file } as const };
  for (const password of ['old', 'new ']) {
    writeFileSync(file, `${password}\n`);
    expect(await passwordFor(address, HOST)).toBe(password);
  }
});
