/** Whoever asks, for tests that do not care who it is. */
import type { Actor } from '../../src/domain/audit.js';

export const NOBODY: Actor = { user: '', address: null, requestId: null };
