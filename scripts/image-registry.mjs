// Asks an image registry which digest a tag stands for, by the HTTP API that all of them have (OCI distribution).
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

const ASK_MS = 30_000;
/** Registries take no larger manifest. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Indexes first: a digest of theirs is good for every platform. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const DOCKER_HUB = 'https://registry-1.docker.io';

/** `[host/]name[:tag][@digest]`; null: it is something else. */
export function parseImage(text) {
  const match =
    /^(?:([\w.-]+[.:][\w.:-]*|localhost)\/)?([a-z0-9._/-]+)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      text,
    );
  if (match === null) return null;
  const [, host = null, name, tag = null, digest = null] = match;
  return { host, name, tag, digest, tagged: `${host === null ? '' : `${host}/`}${name}:${tag}` };
}

/** `mirror` stands for Docker Hub. The digest is of the bytes that came, and has to be the one that the registry names. */
export async function resolveDigest({ host, name, tag, tagged }, mirror = DOCKER_HUB) {
  const base = host === null ? mirror : isLoopback(host) ? `http://${host}` : `https://${host}`;
  const path = host === null && !name.includes('/') ? `library/${name}` : name;
  const url = `${base}/v2/${path}/manifests/${tag}`;
  let response = await ask(url, { accept: MANIFEST_TYPES.join(', ') });
  if (response.status === 401) {
    const token = await fetchToken(response.headers.get('www-authenticate') ?? '', path);
    response = await ask(url, { accept: MANIFEST_TYPES.join(', '), authorization: `Bearer ${token}` });
  }
  if (!response.ok) throw new Error(`${tagged}: ${base} answers ${response.status}`);
  const digest = `sha256:${createHash('sha256')
    .update(await readBounded(response))
    .digest('hex')}`;
  const named = response.headers.get('docker-content-digest');
  if (named !== null && named !== digest)
    throw new Error(`${tagged}: ${base} names ${named}, but sent ${digest}`);
  return digest;
}

/** A token for reading, as anonymous callers get it. */
async function fetchToken(challenge, path) {
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  if (!/^Bearer /i.test(challenge) || !URL.canParse(parameters.realm))
    throw new Error(`the registry asks for an unknown kind of authentication: ${JSON.stringify(challenge)}`);
  const url = new URL(parameters.realm);
  if (url.protocol !== 'https:' && !isLoopback(url.host))
    throw new Error(`tokens come from ${url.origin}, without TLS`);
  if (parameters.service !== undefined) url.searchParams.set('service', parameters.service);
  url.searchParams.set('scope', parameters.scope ?? `repository:${path}:pull`);
  const response = await ask(url, {});
  if (!response.ok) throw new Error(`${url.origin} answers ${response.status} when asked for a token`);
  const { token, access_token: accessToken = token } = JSON.parse((await readBounded(response)).toString());
  return accessToken;
}

async function ask(url, headers) {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS) });
  } catch (error) {
    throw new Error(`${new URL(url).origin} does not answer: ${error.cause?.message ?? error.message}`, {
      cause: error,
    });
  }
}

async function readBounded(response) {
  const chunks = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > MAX_MANIFEST_BYTES) throw new Error(`${new URL(response.url).origin} sends more than 4 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isLoopback(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}
