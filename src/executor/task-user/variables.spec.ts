import { variablesFor } from './variables.js';

const PLACES = { bash: '/bin/bash', home: '/t/home', temporary: '/t/tmp' };
const INHERITED = {
  ...{ PATH: '/bin', LANG: 'C.UTF-8', npm_config_registry: 'https://r.example', PORT: '80' },
  ...{
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/zsh',
    TMPDIR: '/root/tmp',
    TEMP: '/root/tmp',
  },
  ...{ XDG_RUNTIME_DIR: '/run/user/0', SUDO_UID: '1000', SSH_AUTH_SOCK: '/tmp/ssh', MAIL: '/var/mail/root' },
  ...{ npm_config_cache: '/root/.npm', npm_config_userconfig: '/root/.npmrc' },
};
const KEPT = { PATH: '/bin', LANG: 'C.UTF-8', npm_config_registry: 'https://r.example', PORT: '80' };

it('are the service’s, without what is its user’s, and with what is the account’s', () => {
  const user = { uid: 1000, gid: 1000, name: 'ada', home: '/home/ada' };
  expect(variablesFor(user, INHERITED, PLACES)).toEqual({
    ...KEPT,
    ...{ HOME: '/home/ada', USER: 'ada', LOGNAME: 'ada', SHELL: '/bin/bash', TMPDIR: '/t/tmp' },
  });
});

it('have no name for a number without an account, and a home that goes with the worker', () => {
  const user = { uid: 4711, gid: 4712, name: null, home: null };
  const own = { HOME: '/t/home', SHELL: '/bin/bash', TMPDIR: '/t/tmp' };
  expect(variablesFor(user, INHERITED, PLACES)).toEqual({ ...KEPT, ...own });
});
