/** What a job that is followed is shown by. */
import type { JobEvent } from '../watch/job-events.js';

export interface View {
  event(event: JobEvent): Promise<void>;
  /** Nothing more comes, whatever the reason. */
  close(): Promise<void>;
}
