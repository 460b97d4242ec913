/** Debian's Chromium, where this machine has one, looking at the service's page; what needs it is skipped, and says so, where not. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { testWith } from './gateway.js';

const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (PROGRAM === undefined) process.stderr.write('there is no Chromium here; what needs it is skipped\n');

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
];

export const pageTest = (name: string, run: () => Promise<void>) => {
  testWith('Chromium', PROGRAM !== undefined, name, run);
};

/** A visitor with a browser of their own. */
export class Visitor {
  /** What the page asked for elsewhere, what it logged as an error, and what it threw. */
  readonly foreign: string[] = [];
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly folder: string,
  ) {}

  static async open(url: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: PROGRAM ?? '',
      args: ARGUMENTS,
      viewport: { width: 1400, height: 900 },
      ...options,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    const visitor = new Visitor(page, context, folder);
    opened.push(visitor);
    page.setDefaultTimeout(60_000);
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) visitor.foreign.push(request.url());
    });
    page.on('pageerror', (error) => visitor.complaints.push(error.message));
    page.on('console', (message) => {
      // The browser says by itself that a request failed, which tests want to happen.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        visitor.complaints.push(message.text());
    });
    await page.goto(url);
    return visitor;
  }

  /** Until it is there to be seen. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).first().click();
  }

  /** Until the graph shows the task so. */
  async seesTask(name: string, status: string): Promise<void> {
    await this.page.locator(`.graph button[data-status="${status}"]`, { hasText: name }).waitFor();
  }

  /** What axe finds wrong with what is shown. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await this.page.evaluate<Violation[]>(
      `axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations.map(
        ({ id, nodes }) => ({ id, nodes: nodes.map(({ target }) => target.join(' ')) })))`,
    );
    return found.map(({ id, nodes }) => `${id}: ${nodes.join(', ')}`);
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly string[];
}

const AXE = readFileSync(join(__dirname, '..', '..', 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

const opened: Visitor[] = [];
afterEach(async () => {
  for (const visitor of opened.splice(0)) await visitor.close();
});
