import { contentDisposition } from './file-name.js';

test.each([
  ['build.stdout.txt', 'build.stdout.txt', 'build.stdout.txt'],
  ['naïve "x"; y/z', 'na_ve__x___y_z', 'na%C3%AFve%20%22x%22%3B%20y_z'],
  ['../../etc/passwd', '.._.._etc_passwd', '.._.._etc_passwd'],
  ['C:\\a\r\nSet-Cookie: b\0', 'C__a__Set-Cookie__b_', 'C%3A_a__Set-Cookie%3A%20b_'],
  ["it's (*)", 'it_s____', 'it%27s%20%28%2A%29'],
  ['\ud800', '_', '%EF%BF%BD'],
])('%j can be a file, and its name a header', (name, plain, encoded) => {
  expect(contentDisposition(name)).toBe(`inline; filename="${plain}"; filename*=UTF-8''${encoded}`);
});
