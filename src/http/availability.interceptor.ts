/** Every route needs the database unless it says otherwise, and is answered 503 as soon as that is away. */
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Availability } from '../database/availability.js';
import { errorReply } from './error-reply.js';

const WITHOUT_DATABASE = 'holdfast:without-database';

/** For a route, or all of a controller. */
export const WithoutDatabase = () => SetMetadata(WITHOUT_DATABASE, true);

@Injectable()
export class AvailabilityInterceptor implements NestInterceptor {
  readonly #reflector = new Reflector();

  constructor(private readonly availability: Availability) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const places = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean>(WITHOUT_DATABASE, places)) return next.handle();
    return from(this.#guarded(next));
  }

  async #guarded(next: CallHandler): Promise<unknown> {
    try {
      return await this.availability.guard(() => lastValueFrom(next.handle()));
    } catch (error) {
      // One broken connection says little, so the others need not find out each for itself.
      if (errorReply(error).status === 503) void this.availability.check();
      throw error;
    }
  }
}
