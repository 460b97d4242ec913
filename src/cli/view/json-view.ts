/** What is followed, for programs: each event a line of JSON, as the service tells it, with its name as `event`. */
import type { JobEvent } from '../watch/job-events.js';
import type { OutputEvent } from '../watch/output-events.js';
import type { Out } from './out.js';
import type { View } from './view.js';

export class JsonView implements View {
  #isLost = false;

  constructor(
    private readonly out: Out,
    private readonly note: (text: string) => void,
  ) {}

  async event(event: JobEvent | OutputEvent): Promise<void> {
    if (event.event === 'lost' && !this.#isLost) this.note(`${event.why}; asking again`);
    this.#isLost = event.event === 'lost';
    if (event.event === 'job') await this.out.ndjson({ event: 'job', ...event.job });
    else if (event.event !== 'lost') await this.out.ndjson(event);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
