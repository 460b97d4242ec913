/** Which page is shown, and what is around it on every one. */
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useSignal } from '../api/signal.js';
import { refusal } from '../api/session.js';
import { PipelinesPage } from '../pipelines/pipelines-page.js';
import { Loading } from '../parts/states.js';
import { Catch } from './catch.js';
import { Header } from './header.js';
import { LostBanner } from './lost-banner.js';
import { NotFoundPage } from './not-found-page.js';
import { type Route, useRoute } from './route.js';
import { SignIn } from './sign-in.js';

const PipelinePage = lazy(() => import('../pipelines/pipeline-page.js'));
const JobsPage = lazy(() => import('../jobs/jobs-page.js'));
const JobPage = lazy(() => import('../job/job-page.js'));

export function App() {
  const route = useRoute();
  const refused = useSignal(refusal);
  const main = useRef<HTMLElement>(null);
  const page = route.path.join('/');
  const first = useRef(true);
  useEffect(() => {
    window.scrollTo(0, 0);
    // Who uses a keyboard or a screen reader goes on in the new page, not behind the link that led to it.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [page]);
  return (
    <>
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header route={route} />
      <LostBanner />
      <main id="main" ref={main} tabIndex={-1}>
        <Catch key={page}>
          <Suspense fallback={<Loading what="the page" />}>
            {refused === null ? <Page route={route} /> : <SignIn refusal={refused} />}
          </Suspense>
        </Catch>
      </main>
    </>
  );
}

function Page({ route }: { route: Route }) {
  const [page, name, ...more] = route.path;
  if (more.length > 0) return <NotFoundPage />;
  if (page === undefined) return <PipelinesPage />;
  if (page === 'pipeline' && name !== undefined) return <PipelinePage key={name} name={name} />;
  if (page === 'jobs' && name === undefined) return <JobsPage query={route.query} />;
  if (page === 'job' && name !== undefined) return <JobPage key={name} id={name} query={route.query} />;
  return <NotFoundPage />;
}
