/** Who asks for a change, and from where: what the audit keeps of it. */

export interface Actor {
  /** The token's `sub`, or what the gateway says; empty without. */
  readonly user: string;
  /** The address that the request came from; null: not known. */
  readonly address: string | null;
  /** The request's id, as the log has it; null: not known. */
  readonly requestId: string | null;
}

/** Where nobody says who it is. */
export const NOBODY: Actor = { user: '', address: null, requestId: null };
