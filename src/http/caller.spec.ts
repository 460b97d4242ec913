import { addressIn, limitedAs } from './caller.js';

const PEER = '10.0.0.1';

test.each([
  ['1.2.3.4', '1.2.3.4'],
  ['1.2.3.4:5678', '1.2.3.4'],
  ['::1', '::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
])('%s is the address %s', (said, address) => {
  expect(addressIn(said, PEER)).toBe(address);
});

test.each([
  '',
  'unknown',
  '1.2.3.4.5',
  '1.2.3.4:x',
  '_hidden',
  '<script>',
  'x'.repeat(10_000),
  '::1\n',
  '[]',
  `fe80::1%${'x'.repeat(57)}`,
  `']:'${'1'.repeat(15_000)}x`,
])('of what a proxy says and is no address (%j), nothing is believed', (said) => {
  expect(addressIn(said, PEER)).toBe(PEER);
});

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::', '2001:db8:1:2'],
  ['2001:0DB8:1:0002::9', '2001:db8:1:2'],
  ['2001:db8::7', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('%s is limited with all of its network, %s', (address, caller) => {
  expect(limitedAs(address)).toBe(caller);
});

test('of IPv4, each address is a caller, however it is written', () => {
  expect(limitedAs('1.2.3.4')).not.toBe(limitedAs('1.2.3.5'));
  expect(limitedAs(addressIn('::ffff:1.2.3.4', PEER))).toBe(limitedAs('1.2.3.4'));
});

test('who is known by name is that caller wherever he comes from, and nobody else is by calling himself so', () => {
  expect(limitedAs('5.6.7.8', 'jane')).toBe(limitedAs('1.2.3.4', 'jane'));
  expect(limitedAs('5.6.7.8', '1.2.3.4')).not.toBe(limitedAs('1.2.3.4'));
  expect(limitedAs('1.2.3.4', '')).toBe('1.2.3.4');
});

test('clients that left before their address could be read share a limit of their own', () => {
  expect(limitedAs(null)).toBe(limitedAs(null));
  expect(limitedAs(null)).not.toBe(limitedAs(PEER));
  expect(limitedAs(null, 'jane')).toBe(limitedAs(PEER, 'jane'));
});
