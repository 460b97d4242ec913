/** The bar on top: where one can go, whether the service answers, light or dark, and who is signed in. */
import { useSignal } from '../api/signal.js';
import { lost } from '../api/connection.js';
import { interrupted, type Interruption } from '../api/interrupted.js';
import { signOut, token } from '../api/session.js';
import { Glyph } from '../parts/glyph.js';
import { type Route, toJobs, toPipelines } from './route.js';
import { setTheme, type Theme, theme, THEMES } from './theme.js';

export function Header({ route }: { route: Route }) {
  const [page] = route.path;
  return (
    <header className="bar">
      <a className="brand" href={toPipelines()}>
        <Glyph name="mark" />
        Holdfast
      </a>
      <nav aria-label="Pages">
        <NavLink to={toPipelines()} current={page === undefined || page === 'pipeline'} text="Pipelines" />
        <NavLink to={toJobs()} current={page === 'jobs' || page === 'job'} text="Jobs" />
      </nav>
      <div className="bar-end">
        <Connection />
        <ThemeButton />
        <SignOut />
      </div>
    </header>
  );
}

function NavLink({ to, current, text }: { to: string; current: boolean; text: string }) {
  return (
    <a href={to} aria-current={current ? 'page' : undefined}>
      {text}
    </a>
  );
}

const STATES: Readonly<Record<'lost' | Interruption | 'ok', readonly [text: string, title: string]>> = {
  ok: ['Connected', 'What is shown is told as it happens'],
  leaving: [
    'Shutting down',
    'The service shuts down: until it or another one is back, what is shown is asked for every few seconds',
  ],
  broken: ['Reconnecting…', 'Until events come again, what is shown is asked for every few seconds'],
  lost: ['Disconnected', 'The service does not answer'],
};

function Connection() {
  const gone = useSignal(lost) !== null;
  const untold = useSignal(interrupted);
  const state = gone ? 'lost' : (untold ?? 'ok');
  const [text, title] = STATES[state];
  return (
    <span className={`connection connection-${state}`} role="status" title={title}>
      <i aria-hidden="true" />
      <span>{text}</span>
    </span>
  );
}

const NEXT: Readonly<Record<Theme, string>> = {
  system: 'as the system has it',
  light: 'light',
  dark: 'dark',
};

function ThemeButton() {
  const current = useSignal(theme);
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'system';
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Colours: ${NEXT[current]}. Change to ${NEXT[next]}`}
      title={`Colours: ${NEXT[current]}`}
      onClick={() => {
        setTheme(next);
      }}
    >
      <Glyph name={current} />
    </button>
  );
}

function SignOut() {
  const given = useSignal(token);
  if (given === null) return null;
  return (
    <button type="button" className="button button-quiet" onClick={signOut}>
      Sign out
    </button>
  );
}
