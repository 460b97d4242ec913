/** Who may call: one way to know callers, decided from all settings about it, or none where nobody else can come. */
import { isLoopback } from './loopback.js';
import { PRUNNER_FILE, readPrunnerFile } from './prunner-file.js';

interface ClaimRules {
  /** Whether a token has to have every claim that limits it. */
  readonly isStrict: boolean;
}

export type Authentication =
  | (ClaimRules & {
      readonly by: 'secret';
      readonly secret: string;
      /** Where it was found. */
      readonly source: string;
      readonly issuer: string | null;
      readonly audience: string | null;
    })
  | (ClaimRules & {
      readonly by: 'keys';
      readonly from: { readonly url: string } | { readonly file: string };
      readonly issuer: string;
      readonly audience: string;
    })
  | { readonly by: 'header'; readonly header: string; readonly proxies: readonly string[] }
  /** `hosts`: names by which it may be called; null: any. */
  | { readonly by: 'nobody'; readonly hosts: readonly string[] | null };

export interface AuthenticationSettings {
  /** Whether it has to be known who calls. */
  readonly auth: boolean;
  readonly jwtSecret: string | null;
  readonly jwksUrl: string | null;
  /** Absolute path of a PEM, JWK or JWKS file. */
  readonly jwtKeyFile: string | null;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
  readonly tokenStrict: boolean;
  /** In lower case. */
  readonly userHeader: string | null;
  /** Names by which the service may be called where nobody is asked who they are. */
  readonly hosts: readonly string[];
}

/** A value that is wrong is undefined, and counts as set. */
type Given = {
  readonly [K in keyof Settings]?: Settings[K] | undefined;
};
interface Settings extends AuthenticationSettings {
  readonly role: string;
  readonly host: string;
  readonly trustedProxies: readonly string[];
}

export interface Decided {
  readonly authentication: Authentication;
  readonly problems: readonly string[];
}

const WAYS = [
  ['HOLDFAST_JWT_SECRET', 'jwtSecret'],
  ['HOLDFAST_JWKS_URL', 'jwksUrl'],
  ['HOLDFAST_JWT_KEY_FILE', 'jwtKeyFile'],
  ['HOLDFAST_USER_HEADER', 'userHeader'],
] as const;

/** Names that no name server can lead elsewhere. */
const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** The variables that these come from. */
export interface From {
  readonly secret: string;
  readonly host: string;
  /** The file that PRUNNER_CONFIG names; null: none. */
  readonly prunnerFile: string | null;
}

export function authenticationOf(given: Given, from: From): Decided {
  const decided = decide(given, from);
  const { by } = decided.authentication;
  if (given.tokenStrict !== true || given.role === 'worker' || by === 'secret' || by === 'keys')
    return decided;
  const problem = 'HOLDFAST_TOKEN_STRICT: expected off, because no tokens are asked for; found "on"';
  return { ...decided, problems: [...decided.problems, problem] };
}

function decide(given: Given, from: From): Decided {
  const problems: string[] = [];
  const nobody = (hosts: readonly string[] | null): Decided => ({
    authentication: { by: 'nobody', hosts: hosts === null || hosts.length === 0 ? null : hosts },
    problems,
  });
  // A worker answers only whether it is well.
  if (given.role === 'worker') return nobody(null);

  const set = WAYS.filter(([, key]) => given[key] !== null).map(([variable]) =>
    variable === 'HOLDFAST_JWT_SECRET' ? from.secret : variable,
  );
  if (given.auth === false) {
    if (set.length > 0)
      problems.push(`HOLDFAST_AUTH: expected on, because ${set.join(' and ')} is set; found "off"`);
    return nobody(given.hosts ?? []);
  }
  if (set.length > 1)
    problems.push(`${set.join(', ')}: expected one way to know callers; found ${set.length}`);
  if (set.length > 0) return { authentication: chosen(given, from.secret, problems), problems };

  const file = readPrunnerFile(from.prunnerFile);
  const source = from.prunnerFile ?? PRUNNER_FILE;
  if (file.kind === 'problem') problems.push(file.problem);
  if (file.kind === 'secret') return { authentication: bySecret(given, file.secret, source), problems };
  if (given.jwtIssuer !== null || given.jwtAudience !== null)
    problems.push('HOLDFAST_JWKS_URL: expected the keys for HOLDFAST_JWT_ISSUER and _AUDIENCE; found none');
  const { host = 'localhost' } = given;
  if (!isLoopback(host)) problems.push(openDoor(from.host, host));
  return nobody([...OWN_NAMES, spelled(host), ...(given.hosts ?? [])]);
}

function chosen(given: Given, secretFrom: string, problems: string[]): Authentication {
  const { jwtSecret, jwksUrl, jwtKeyFile, userHeader, jwtIssuer, jwtAudience, trustedProxies } = given;
  if (jwtSecret !== null) return bySecret(given, jwtSecret ?? '', secretFrom);
  if (userHeader !== null) {
    if (trustedProxies?.length === 0)
      problems.push(
        'HOLDFAST_TRUSTED_PROXIES: expected the addresses that may say who calls in HOLDFAST_USER_HEADER; found none',
      );
    return { by: 'header', header: userHeader ?? '', proxies: trustedProxies ?? [] };
  }
  // A provider signs tokens for many; without these two, one for anybody else's service would do here.
  for (const [variable, value, what] of [
    ['HOLDFAST_JWT_ISSUER', jwtIssuer, 'whose tokens count'],
    ['HOLDFAST_JWT_AUDIENCE', jwtAudience, 'what tokens have to be for'],
  ] as const) {
    if (value === null) problems.push(`${variable}: expected ${what}; found none`);
  }
  const from = typeof jwksUrl === 'string' ? { url: jwksUrl } : { file: String(jwtKeyFile) };
  return {
    by: 'keys',
    from,
    issuer: String(jwtIssuer),
    audience: String(jwtAudience),
    isStrict: isStrict(given),
  };
}

const bySecret = (given: Given, secret: string, source: string): Authentication => ({
  by: 'secret',
  secret,
  source,
  issuer: given.jwtIssuer ?? null,
  audience: given.jwtAudience ?? null,
  isStrict: isStrict(given),
});

const isStrict = ({ tokenStrict = false }: Given): boolean => tokenStrict;

/** As it stands in a `Host`. */
const spelled = (host: string) => (host.includes(':') ? `[${host}]` : host).toLowerCase();

const openDoor = (variable: string, host: string) =>
  `${variable}: ${host} can be reached from other machines, and nothing says who may call; ` +
  `set ${WAYS.map(([variable]) => variable).join(', ')}, or HOLDFAST_AUTH=off if everybody may`;
