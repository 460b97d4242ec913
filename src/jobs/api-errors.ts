/** Documents the errors of a route, which all have one shape. */
import { applyDecorators } from '@nestjs/common';
import { ApiDefaultResponse, ApiResponse } from '@nestjs/swagger';
import { ErrorResponse } from './other.responses.js';

/** `errors`: what each status means here; every route can also answer 500 and 503. */
export const ApiErrors = (errors: Readonly<Record<number, string>>) =>
  applyDecorators(
    ...Object.entries(errors).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, type: ErrorResponse }),
    ),
    ApiResponse({
      status: 503,
      description:
        'Database is not available, Database takes no writes, Database has no room left on its disk, ' +
        'Database does not grant a right that is needed, ' +
        'Server is shutting down, Identity provider is not available, Too many streams',
      type: ErrorResponse,
    }),
    ApiDefaultResponse({ description: 'Any other error', type: ErrorResponse }),
  );

/** For routes whose answer has an ETag. */
export const ApiNotModified = () =>
  ApiResponse({ status: 304, description: 'The answer that If-None-Match names is still right' });
