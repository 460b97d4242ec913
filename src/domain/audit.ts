/** Who did what to a job, and from where: what is kept of a change that somebody asked for. */

/** In the order in which they can happen to one job. */
export const AUDIT_ACTIONS = ['schedule', 'rerun', 'replace', 'cancel'] as const;

/** What was done to a job. What was refused, or changed nothing, is not in it. */
export type Deed =
  | { readonly action: 'schedule' | 'cancel' }
  /** It is scheduled as another run of that job. */
  | { readonly action: 'rerun'; readonly otherJobId: string }
  /** It is canceled while it waits, because that job takes its place. */
  | { readonly action: 'replace'; readonly otherJobId: string };

/** Whoever asks for a change. */
export interface Actor {
  /** As the caller's; "": nobody said. */
  readonly user: string;
  /** Where the request came from, as far as trusted proxies tell; null: not known. */
  readonly address: string | null;
  /** The request's id, as answers and the log have it; null: not known. */
  readonly requestId: string | null;
}
