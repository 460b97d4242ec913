/** Decides what tasks of another user inherit: the service's variables, without those of its own user. */
import type { Environment } from '../environment.js';
import type { TaskUser } from './as-user.js';

/**
 * Variables of a login or a session, and of places that another user cannot write to. `npm start` sets the last two to
 * folders of its user's home.
 */
const OF_ITS_USER =
  /^(HOME|USER|LOGNAME|USERNAME|MAIL|TMP|TEMP|TMPDIR|SHELL|XDG_.*|SUDO_.*|SSH_(AUTH_SOCK|AGENT_PID)|DBUS_SESSION_BUS_ADDRESS|XAUTHORITY|KRB5CCNAME|npm_config_(cache|userconfig))$/;

interface Places {
  readonly bash: string;
  /** For an account that has no home of its own. */
  readonly home: string;
  readonly temporary: string;
}

export function variablesFor({ name, home }: TaskUser, inherited: Environment, places: Places): Environment {
  const kept = Object.entries(inherited).filter(([variable]) => !OF_ITS_USER.test(variable));
  return {
    ...Object.fromEntries(kept),
    ...(name === null ? {} : { USER: name, LOGNAME: name }),
    HOME: home ?? places.home,
    SHELL: places.bash,
    TMPDIR: places.temporary,
  };
}
