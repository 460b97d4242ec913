import { findAccount, findGroup } from './accounts.js';

/** `getent` is found in the PATH, or is not. */
describe.each([
  ['by getent', process.env['PATH'] ?? ''],
  ['in /etc, where there is no getent', '/nowhere'],
])('an account is found %s', (_how, path) => {
  const before = process.env['PATH'];
  beforeEach(() => (process.env['PATH'] = path));
  afterEach(() => (process.env['PATH'] = before));

  it('by its name and by its number', async () => {
    const root = { name: 'root', uid: 0, gid: 0, home: expect.stringMatching(/^\//) as string };
    expect([await findAccount('root'), await findAccount('0')]).toEqual([root, root]);
  });

  it('with its group', async () => {
    const nobody = await findAccount('nobody');
    expect(await findGroup(String(nobody?.gid))).toBe(nobody?.gid);
  });

  it.each(['nobody-at-all', '4000000001', 'root:', 'roo', ''])('unless it is not there: %j', async (key) => {
    expect([await findAccount(key), await findGroup(key)]).toEqual([null, null]);
  });
});
