import { mayDo } from './rights.js';

const tokenOf = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const may = (claims: unknown) =>
  (['schedule', 'cancel'] as const).filter((scope) => mayDo(tokenOf(claims), scope));

it.each<[unknown, string[]]>([
  [{ sub: 'ada' }, ['schedule', 'cancel']],
  [{ scope: 'read' }, []],
  [{ scope: 'read schedule' }, ['schedule']],
  [{ scope: ['cancel', 5] }, ['cancel']],
  [{ sub: 'jürgen ?>~', scope: '' }, []],
  [null, ['schedule', 'cancel']],
])('reads from a token of %j what may be done', (claims, allowed) => {
  expect(may(claims)).toEqual(allowed);
});

it.each([null, '', 'nonsense', 'a.b.c'])('hinders nobody whose token is %j', (token) => {
  expect(mayDo(token, 'cancel')).toBe(true);
});
