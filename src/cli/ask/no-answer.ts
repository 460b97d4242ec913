/** Why there was no answer, in words, and whether the request may have arrived. */

interface Cause {
  readonly code?: string;
  readonly message?: string;
  readonly name?: string;
  readonly errors?: readonly Cause[];
}

/** With these there was never a connection. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; is the service running?',
  ENOTFOUND: 'there is no machine of this name',
  EAI_AGAIN: 'the name of the machine cannot be looked up now',
  EHOSTUNREACH: 'there is no way to this machine',
  ENETUNREACH: 'there is no way to this network',
  UND_ERR_CONNECT_TIMEOUT: 'it does not take connections',
};

const LOST: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the rest of the answer did not come in time',
};

/** fetch fails with `fetch failed`; what has happened is its cause, or the first of several. */
function causeOf(error: unknown): Cause {
  const cause = ((error as { cause?: Cause }).cause ?? error) as Cause;
  return cause.code === undefined ? (cause.errors?.[0] ?? cause) : cause;
}

const isCertificate = (code: string) => /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL/.test(code);

export function wasSent(error: unknown): boolean {
  const { code = '' } = causeOf(error);
  return !(code in NEVER_SENT) && !isCertificate(code);
}

export function reasonOf(error: unknown): string {
  const { code = '', message, name } = causeOf(error);
  if (name === 'TimeoutError') return 'no answer came in time';
  if (isCertificate(code))
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names others`;
  return NEVER_SENT[code] ?? LOST[code] ?? message ?? 'there was no answer';
}
