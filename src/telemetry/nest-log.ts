/** Nest's own lines, in the form of all others. */
import type { LoggerService } from '@nestjs/common';
import { logger, stackOf } from './log.js';

const log = logger('nest');

export const nestLog: LoggerService = {
  log: (message: unknown) => {
    log.debug(String(message));
  },
  warn: (message: unknown) => {
    log.warn(String(message));
  },
  error: (message: unknown) => {
    log.error(message instanceof Error ? message.message : String(message), { stack: stackOf(message) });
  },
};
