import { pageTest, Visitor } from './support/browser.js';
import { gates, open } from './support/gates.js';
import { serviceOf } from './support/service.js';

const PIPELINES = `
pipelines:
  gated:
    concurrency: 2
    env: { GATES: '${gates}' }
    tasks:
      first: { script: ['until [ -e "$GATES/{{ .gate }}" ]; do sleep 0.05; done'] }
      second: { depends_on: [first], script: [echo] }
`;

pageTest(
  'a visitor is told that the service shuts down, and sees what happens until it is gone',
  async () => {
    const service = await serviceOf(PIPELINES);
    const id = await service.schedule('gated', { gate: 'watched' });
    await service.schedule('gated', { gate: 'other' });
    const visitor = await Visitor.open(await service.url(`/#/job/${id}`));
    const state = visitor.page.locator('.connection');
    await visitor.seesTask('first', 'running');
    await state.getByText('Connected', { exact: true }).waitFor();
    const states = await statesFrom(visitor);

    const gone = service.stop();
    await state.getByText('Shutting down').waitFor();
    open('watched');
    // Nothing is begun any more, and no stream tells of it.
    await visitor.seesTask('first', 'done');
    expect(await states()).toEqual(['Connected', 'Shutting down']);
    open('other');
    await state.getByText('Disconnected').waitFor();
    await gone;
  },
);

/** What the header has said, without what it said again. */
async function statesFrom({ page }: Visitor): Promise<() => Promise<string[]>> {
  await page.evaluate(`
    const state = document.querySelector('.connection');
    window.states = [state.innerText];
    new MutationObserver(() => window.states.push(state.innerText))
      .observe(state, { childList: true, characterData: true, subtree: true });
  `);
  return () => page.evaluate('window.states');
}
