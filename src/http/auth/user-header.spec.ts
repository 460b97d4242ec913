import { trustedProxies } from './user-header.js';

describe('the addresses that may say who calls', () => {
  it.each([
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    // As a socket that listens for both kinds has it.
    ['10.0.0.7', '::ffff:10.0.0.7', true],
    ['10.0.0.7', '::ffff:10.0.0.8', false],
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['::1', '::1', true],
    ['::1', '127.0.0.1', false],
    ['0.0.0.0/1', '', false],
  ])('%s has %s: %s', (proxy, address, expected) => {
    expect(trustedProxies([proxy])(address)).toBe(expected);
  });

  it('are nobody where none is named', () => {
    expect(trustedProxies([])('127.0.0.1')).toBe(false);
  });
});
