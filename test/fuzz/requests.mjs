// Requests as callers, gateways and attackers make them: from right in every detail to bytes that are no HTTP.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';

/** An id of a job that an earlier request was answered; put in when the request is sent. */
export const KNOWN_ID = '\u{1F194}';

const ASCII = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });
const ODD_TEXT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '%00',
    "' OR 1=1 --",
    '<script>alert(1)</script>',
    '\x1b[2J',
    '{{ .x }}',
    '$(id)',
    'NaN',
    '-1',
    '1e999',
    '9'.repeat(400),
    'x'.repeat(5000),
    '\u202e\ufeff',
    '\ud800',
  ),
);
const ID = fc.oneof(
  { weight: 6, arbitrary: fc.constant(KNOWN_ID) },
  { weight: 2, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: fc.uuid().map((id) => `urn:uuid:${id.toUpperCase()}`) },
  { weight: 1, arbitrary: fc.uuid().map((id) => `{${id.replaceAll('-', '')}}`) },
  { weight: 2, arbitrary: ODD_TEXT },
);

const PLACE_IN_LIST = fc
  .tuple(fc.constantFrom('0', '1746351720000000', '9999999999999999'), fc.uuid())
  .map((parts) => parts.join('_'));

/** Mostly right values of the documented parameters; one that has none here gets odd ones. */
const PARAMETERS = {
  id: ID,
  task: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('a', 'a', 'b', 'on_error') }, ODD_TEXT),
  attempt: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('1', '1', '1', '2', '3') }, ODD_TEXT),
  limit: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }).map(String) }, ODD_TEXT),
  stream: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('stdout', 'stderr') }, ODD_TEXT),
  offset: fc.oneof({ weight: 4, arbitrary: fc.nat(20).map(String) }, ODD_TEXT),
  status: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('done', 'waiting,running', 'error') }, ODD_TEXT),
  from: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('failed', '2026-01-01T00:00:00Z') }, ODD_TEXT),
  to: fc.oneof({ weight: 4, arbitrary: fc.constant('2100-01-01T00:00:00Z') }, ODD_TEXT),
  pipeline: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('quick', 'fails') }, ODD_TEXT),
  cursor: fc.oneof(PLACE_IN_LIST, fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), ODD_TEXT),
  before: fc.oneof(PLACE_IN_LIST, fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), ODD_TEXT),
};

/** As encodeURIComponent, which refuses half characters, or broken in some way. */
const encoded = (value) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(value.includes(KNOWN_ID) ? value : safeEncoded(value)) },
    { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%ff%fe', '%00', '%C0%80', '+', '[]', '[a]=1', ';') },
  );
const safeEncoded = (text) => encodeURIComponent(text.toWellFormed());

const queryOf = (parameters) =>
  fc
    .tuple(
      ...parameters.map(({ name, required }) =>
        fc
          // With all that there may be at once, hardly anything would be right.
          .array((PARAMETERS[name] ?? ODD_TEXT).chain(encoded), {
            minLength: required ? 1 : 0,
            maxLength: required ? 2 : 1,
            size: 'xsmall',
          })
          .map((values) => values.map((value) => `${name}=${value}`).join('&')),
      ),
      fc.oneof({ weight: 9, arbitrary: fc.constant('') }, ODD_TEXT.chain(encoded)),
    )
    .chain((parts) => {
      const some = fc.subarray(parts, { minLength: Math.max(0, parts.length - 2) });
      return fc.oneof(
        { weight: 4, arbitrary: fc.constant(parts.toSpliced(-1)) },
        { weight: 1, arbitrary: some },
      );
    })
    .map((parts) => parts.filter((part) => part !== '').join('&'));

const PIPELINE = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('quick', 'fails', 'waits', 'checked') },
  { weight: 1, arbitrary: ODD_TEXT },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const SCHEDULE = fc
  .record(
    {
      pipeline: PIPELINE,
      variables: fc.oneof(
        fc.dictionary(fc.oneof(fc.constantFrom('n', 'x'), ODD_TEXT), fc.jsonValue({ maxDepth: 3 })),
        fc.record({ n: fc.integer() }),
        fc.jsonValue(),
      ),
      queuePartition: fc.oneof(ASCII, fc.constant(null), fc.jsonValue()),
      user: fc.jsonValue(),
    },
    { requiredKeys: ['pipeline'] },
  )
  .map((body) => JSON.stringify(body));
const BODY = fc.oneof(
  { weight: 8, arbitrary: SCHEDULE },
  { weight: 1, arbitrary: fc.tuple(SCHEDULE, fc.nat(400)).map(([text, at]) => text.slice(0, at)) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: ODD_TEXT },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"pipeline":"quick","variables":{"__proto__":{"polluted":true}}}',
      '{"pipeline":"quick","variables":{"constructor":{"prototype":{"polluted":true}}}}',
      '{"pipeline":"quick","__proto__":{"user":"root"}}',
      '{"pipeline":"quick","variables":{"x":1e400}}',
      '{"pipeline":"quick","variables":{"x":123456789012345678901234567890}}',
      '{"pipeline":"quick","variables":{"__jobID":"x"}}',
      '{"pipeline":"quick","pipeline":"fails"}',
      '{"pipeline":"\\u0000"}',
      `{"pipeline":"quick","variables":{"x":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
      '['.repeat(20000),
      `{"pipeline":"quick","variables":{"x":"${'y'.repeat(200_000)}"}}`,
    ),
  },
);

const HEADER_VALUE = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const HEADERS = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-encoding',
    'authorization',
    'content-type',
    'content-encoding',
    'cookie',
    'idempotency-key',
    'if-none-match',
    'if-modified-since',
    'if-range',
    'last-event-id',
    'origin-agent-cluster',
    'range',
    'traceparent',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-http-method-override',
    'x-request-id',
  ),
  fc.oneof(
    HEADER_VALUE,
    fc.constantFrom(
      '*',
      'gzip',
      'br, gzip;q=0',
      'application/json',
      'multipart/form-data',
      'W/"x", *',
      'bytes=0-',
      'end',
      '1.1.0',
    ),
    fc.constantFrom('Bearer x', 'Bearer', 'Basic eDp5', '127.0.0.1', 'key-1', 'key-2', 'x'.repeat(7000)),
  ),
  { maxKeys: 3 },
);

/** As a browser says them for a page; few, because most are refused where nobody is asked for a token. */
const PAGE = fc.record(
  {
    origin: fc.oneof(
      fc.constantFrom('null', 'https://evil.example', 'https://app.example.com', '*', 'http://127.0.0.1'),
      HEADER_VALUE,
    ),
    'sec-fetch-site': fc.constantFrom('cross-site', 'same-site', 'same-origin', 'none', 'x'),
    'access-control-request-method': fc.constantFrom('POST', 'DELETE'),
    host: fc.constantFrom('evil.example', 'localhost', '127.0.0.1:1', '[::1]', 'a@b', ''),
  },
  { requiredKeys: [] },
);
/** What only some routes look at, as they want it. */
const PLACE = fc.oneof(
  { weight: 10, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('0-0', '1-', '-1', '9-').map((part) => ({ range: `bytes=${part}` })),
  },
  { weight: 1, arbitrary: fc.constant({ range: 'bytes=0-0', 'if-range': '"x"' }) },
  { weight: 1, arbitrary: fc.constant({ 'last-event-id': 'end' }) },
);

const ALL_HEADERS = fc
  .tuple(HEADERS, PLACE, fc.oneof({ weight: 15, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: PAGE }))
  .map((parts) => Object.assign({}, ...parts));

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const optional = (arbitrary, weight = 3) =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

export const operationsOf = (document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );

/** A request is `{method, path, query, headers, body}`, or `{bytes}` that are sent as they are. */
export function requestsOf(document) {
  const operations = operationsOf(document);
  const documented = fc.constantFrom(...operations).chain(({ path, method, operation }) =>
    fc.record({
      method: fc.constant(method),
      path: fc.constant(path),
      query: queryOf((operation.parameters ?? []).filter((parameter) => parameter.in === 'query')),
      headers: ALL_HEADERS,
      body: operation.requestBody === undefined ? optional(BODY, 9) : BODY,
    }),
  );
  const paths = operations.map(({ path }) => path);
  const elsewhere = fc.record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      fc.constantFrom(
        ...paths,
        '/',
        '/docs',
        '/docs/swagger-ui.css',
        '/openapi.json',
        '/openapi.yaml',
        '/metrics',
        '/pipelines/',
        '//',
        '/job',
        '/.env',
        '/job/detail/',
      ),
      ODD_TEXT.map((text) => `/${safeEncoded(text)}`),
      fc.tuple(fc.constantFrom(...paths), ODD_TEXT).map(([path, text]) => `${path}/${safeEncoded(text)}`),
    ),
    query: fc.oneof(fc.constant(''), ODD_TEXT.chain(encoded)),
    headers: ALL_HEADERS,
    body: optional(BODY),
  });
  const line = fc.constantFrom(
    'GET /job/detail HTTP/1.1',
    'GET / HTTP/9.9',
    'POST /pipelines/schedule HTTP/1.0',
    '',
  );
  const raw = fc.tuple(line, fc.uint8Array({ maxLength: 200 }), fc.boolean()).map(([first, bytes, end]) => ({
    bytes: Buffer.concat([Buffer.from(`${first}\r\n`), bytes, Buffer.from(end ? '\r\n\r\n' : '')]),
  }));
  return fc.oneof(
    { weight: 17, arbitrary: documented },
    { weight: 4, arbitrary: elsewhere },
    { weight: 1, arbitrary: raw },
  );
}
