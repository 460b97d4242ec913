import { parametersIn } from './url.js';

const read = (url: string) => Object.fromEntries(parametersIn(url));

describe('a database URL', () => {
  test.each([
    ['postgresql://', {}],
    ['postgres://h', { host: 'h' }],
    ['postgresql://h:5433/db', { host: 'h', port: '5433', dbname: 'db' }],
    ['postgresql://u@h', { user: 'u', host: 'h' }],
    [
      'postgresql://u:p@h/db?sslmode=require',
      { user: 'u', password: 'p', host: 'h', dbname: 'db', sslmode: 'require' },
    ],
    ['postgresql://[::1]:5433/db', { host: '::1', port: '5433', dbname: 'db' }],
    ['postgresql://h1:5432,h2:5433/db', { host: 'h1,h2', port: '5432,5433', dbname: 'db' }],
    ['postgresql://u@h1,[fe80::1],h3:1/', { user: 'u', host: 'h1,fe80::1,h3', port: ',,1' }],
    ['  postgresql://h/db\n', { host: 'h', dbname: 'db' }],
  ])('%s names hosts', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test.each([
    ['postgresql:///db?host=/var/run/postgresql', { host: '/var/run/postgresql', dbname: 'db' }],
    [
      'postgresql://u:p@/db?host=/var/run/postgresql',
      { user: 'u', password: 'p', host: '/var/run/postgresql', dbname: 'db' },
    ],
    ['postgresql://%2Fvar%2Frun%2Fpostgresql/db', { host: '/var/run/postgresql', dbname: 'db' }],
    ['postgresql://u@%2Ftmp:5433/db', { user: 'u', host: '/tmp', port: '5433', dbname: 'db' }],
    ['postgresql://?host=/tmp&port=1&dbname=db&user=u', { host: '/tmp', port: '1', dbname: 'db', user: 'u' }],
    ['postgresql:///db', { dbname: 'db' }],
  ])('%s names a socket, or nothing', (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test.each([
    ['p%40ss%2Fw%3Frd%23%25', 'p@ss/w?rd#%'],
    ['p@ss', 'p@ss'],
    ['p:a:ss', 'p:a:ss'],
    ['100%', '100%'],
    ['50%zz%41', '50%zzA'],
    ['a#b', 'a#b'],
    ['%C3%A4 +ö', 'ä +ö'],
    [',', ','],
  ])('may have the password %s', (written, password) => {
    expect(read(`postgresql://u:${written}@h/db`)).toEqual({ user: 'u', password, host: 'h', dbname: 'db' });
  });

  test('takes what stands behind the question mark before what stands in front', () => {
    expect(read('postgresql://u@h:1/a?user=v&dbname=b&host=x')).toEqual({
      user: 'v',
      host: 'x',
      port: '1',
      dbname: 'b',
    });
  });

  test('reads a plus as itself, and in options as a space', () => {
    expect(read('postgresql://h?options=-c+a=b%2B1&application_name=a+b')).toEqual({
      host: 'h',
      options: '-c a=b+1',
      application_name: 'a+b',
    });
  });

  test.each([
    '',
    'h/db',
    'mysql://h',
    'postgresql:h',
    'postgresql://h:x/db',
    'postgresql://[::1',
    'postgresql://h:1:2/',
  ])('is not %j', (url) => {
    expect(() => parametersIn(url)).toThrow(/^an address such as postgresql:\/\//);
  });

  test.each(['postgresql://h/%FF', 'postgresql://h/a%00b', 'postgresql://a%2Cb/'])('is not %s', (url) => {
    expect(() => parametersIn(url)).toThrow();
  });
});
