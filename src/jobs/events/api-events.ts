/** A stream of events, for the API's description. */
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse } from '@nestjs/swagger';

export const ApiEvents = () =>
  applyDecorators(
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'Of the last event that was had: those after it are sent',
    }),
    ApiOkResponse({
      description: 'Server-sent events',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
    ApiNoContentResponse({ description: 'All events were had: Last-Event-ID is that of the last one' }),
  );
