// Who asks a service that wants tokens: callers that may do all or some, and forged ones, each with what has to come of it.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { SignJWT } from 'jose';

export const SECRET = 'only-for-the-fuzzer-0123456789abcdef';
/** What a token for some pipelines is for. */
const SOME = ['quick'];

const json64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const sign = (claims, { secret = SECRET, header = { alg: 'HS256' } } = {}) =>
  new SignJWT(claims).setProtectedHeader(header).sign(Buffer.from(secret));

/** `{name, scopes, pipelines}` of a token that is good; null: of everything. */
const GOOD = [
  { name: 'all', scopes: null, pipelines: null },
  { name: 'reads', scopes: ['read'], pipelines: null },
  { name: 'schedules', scopes: ['schedule'], pipelines: null },
  { name: 'cancels', scopes: ['cancel'], pipelines: null },
  { name: 'nothing', scopes: [], pipelines: null },
  { name: 'some pipelines', scopes: null, pipelines: SOME },
];
/** Of each, so that a limit of one is not met by all. */
const USERS = 300;

async function good({ name, scopes, pipelines }, user) {
  const claims = {
    sub: `${name} ${user}`,
    ...(scopes && { scope: scopes.join(' ') }),
    ...(pipelines && { pipelines }),
  };
  return { name, known: true, scopes, pipelines, authorization: `Bearer ${await sign(claims)}` };
}

async function forged() {
  const right = await sign({ sub: 'root' });
  const [head, body, signature] = right.split('.');
  const tokens = {
    absent: undefined,
    empty: 'Bearer',
    basic: 'Basic eDp5',
    bare: right,
    'in a list': `Bearer x, Bearer ${right}`,
    twice: [`Bearer ${right}`, `Bearer ${right}`],
    none: `Bearer ${json64({ alg: 'none' })}.${body}.`,
    'none with a signature': `Bearer ${json64({ alg: 'none' })}.${body}.${signature}`,
    'of another body': `Bearer ${head}.${json64({ sub: 'other' })}.${signature}`,
    'without a signature': `Bearer ${head}.${body}.`,
    'of another secret': `Bearer ${await sign({ sub: 'root' }, { secret: `${SECRET}x` })}`,
    HS512: `Bearer ${await sign({ sub: 'root' }, { header: { alg: 'HS512' }, secret: SECRET.repeat(2) })}`,
    expired: `Bearer ${await sign({ exp: now() - 60 })}`,
    'not yet': `Bearer ${await sign({ nbf: now() + 3600 })}`,
    'from the future': `Bearer ${await sign({ iat: now() + 3600 })}`,
    'a user of numbers': `Bearer ${await sign({ sub: 1 })}`,
    'a user with NUL': `Bearer ${await sign({ sub: 'a\0b' })}`,
    'a scope of numbers': `Bearer ${await sign({ scope: 1 })}`,
    'pipelines of numbers': `Bearer ${await sign({ pipelines: [1] })}`,
    'too long': `Bearer ${right}${'x'.repeat(9000)}`,
  };
  return Object.entries(tokens).map(([name, authorization]) => ({ name, known: false, authorization }));
}

/** Each with the address that a gateway says it has: most have one of their own, some share that of a guesser. */
export async function callers() {
  const known = await Promise.all(
    GOOD.flatMap((one) => Array.from({ length: USERS }, (_, user) => good(one, user))),
  );
  const caller = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...known) },
    { weight: 4, arbitrary: fc.constantFrom(...(await forged())) },
    // One that is in a hurry, more often than it may.
    { weight: 4, arbitrary: fc.constant(known[0]) },
  );
  const address = fc.oneof(
    { weight: 9, arbitrary: fc.nat(0xffffff).map((n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`) },
    { weight: 1, arbitrary: fc.constant('192.0.2.1') },
  );
  return fc.record({ caller, address });
}

/** null: this answer is one that this caller may get. */
/** What cannot be read as a request of anybody. */
const isNoRequest = (body) => body.length === 0 || /^\{"error":"Invalid (URL|HTTP request)"\}$/.test(body);

export function notFor({ known, scopes, pipelines }, operation, { status, headers, body }) {
  if (status === 401 && headers['www-authenticate'] !== 'Bearer') return 'a 401 without WWW-Authenticate';
  if (status === 429 && !/^[1-9]\d*$/.test(headers['retry-after'] ?? '')) return 'a 429 without Retry-After';
  const scope = scopeOf(operation);
  // Before it is asked who calls: too often, no address, too many headers.
  if (scope === undefined || [429, 431].includes(status) || (status === 400 && isNoRequest(body)))
    return null;
  if (!known) return status === 401 ? null : `${status} for a caller who is not known`;
  const may = scopes === null || scopes.includes(scope);
  if (!may) return status === 403 ? null : `${status} without the scope ${scope}`;
  if ([401, 403].includes(status)) return `${status} with all that is needed`;
  // Of what is no JSON, the job was asked for by its id.
  const tells = status < 300 && /^application\/json/.test(headers['content-type'] ?? '');
  return tells && pipelines !== null ? notAmong(pipelines, JSON.parse(body.toString())) : null;
}

/** As the document says it; undefined: open to all. */
function scopeOf(operation) {
  const [, scope] = /scope (\w+) is missing/.exec(operation?.responses[403]?.description ?? '') ?? [];
  return scope;
}

function notAmong(pipelines, { pipeline, pipelines: listed = [], jobs = [] }) {
  const told = [...listed, ...jobs].map((one) => one.pipeline).concat(pipeline ?? []);
  const wrong = told.find((name) => !pipelines.includes(name));
  return wrong === undefined ? null : `it is told of ${wrong}`;
}
