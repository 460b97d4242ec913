import { addressOf } from './address.js';

it.each([
  ['http://localhost:8080', 'http://localhost:8080/'],
  ['https://example.org/jobs-api', 'https://example.org/jobs-api/'],
  ['https://example.org/jobs-api/?a=b#c', 'https://example.org/jobs-api/'],
])('takes %s', (url, base) => {
  const address = addressOf(url, undefined);
  expect([address.base.href, address.authorization]).toEqual([base, null]);
});

it('sends a token, or the name and password of the address, which is then without them', () => {
  expect(addressOf('http://localhost', ' abc.def\n').authorization).toBe('Bearer abc.def');
  const { base, authorization } = addressOf('http://j%40doe:p%3Aw@localhost/x', '');
  expect(base.href).toBe('http://localhost/x/');
  expect(authorization).toBe(`Basic ${Buffer.from('j@doe:p:w').toString('base64')}`);
});

it.each([
  ['localhost:8080', 'secret'],
  ['nowhere', 'secret'],
  ['http://secret:secret@localhost', 'secret'],
  ['http://secret%:secret@localhost', undefined],
  ['ftp://secret:secret@localhost', undefined],
  ['http://localhost', 'secret\nsecret'],
])('says what is wrong with %j, and nothing that is secret', (url, token) => {
  const read = () => addressOf(url, token);
  expect(read).toThrow();
  expect(read).not.toThrow(/secret/);
});
