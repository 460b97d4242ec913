/** `npm run token`: prints a token for a caller, signed with the secret that the service is configured with. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import type { Authentication } from './config/authentication.js';
import { ConfigError, readConfig, readEnvironment } from './config/config.js';
import { type Scope, SCOPES } from './domain/caller.js';
import { callerOf, ClaimError, type Claims } from './domain/claims.js';
import { DurationError, parseDuration } from './domain/duration.js';
import { describeFailure } from './failure.js';

const USAGE = `npm run token -- --sub NAME [--scope "${SCOPES.join(' ')}"] [--pipelines 'deploy-*']… [--expires 1h]`;

/** A token that somebody has lost is of use to its finder for so long. */
const EXPIRES = '24h';

/** Throws a `ConfigError` that says what is wrong with the arguments or the settings. */
export async function tokenFor(args: readonly string[], authentication: Authentication): Promise<string> {
  const { sub, scope, pipelines, expires } = argumentsIn(args);
  const claims = { sub, ...(scope === undefined ? {} : { scope }), ...(pipelines && { pipelines }) };
  const unknown = scope?.split(' ').find((one) => !SCOPES.includes(one as Scope));
  if (unknown !== undefined)
    throw wrong(`--scope: expected some of ${SCOPES.join(', ')}; found "${unknown}"`);
  const { secret, issuer, audience, isStrict } = secretOf(authentication);
  checkClaims(claims, isStrict);

  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuedAt();
  if (issuer !== null) token.setIssuer(issuer);
  if (audience !== null) token.setAudience(audience);
  const milliseconds = durationIn(expires);
  if (milliseconds > 0) token.setExpirationTime(new Date(Date.now() + milliseconds));
  return token.sign(new TextEncoder().encode(secret));
}

function checkClaims(claims: Claims, isStrict: boolean): void {
  try {
    callerOf(claims, isStrict);
  } catch (error) {
    if (error instanceof ClaimError) throw wrong(`the service would not take this token: ${error.message}`);
    throw error;
  }
}

function argumentsIn(args: readonly string[]) {
  const options = {
    sub: { type: 'string' },
    scope: { type: 'string' },
    pipelines: { type: 'string', multiple: true },
    expires: { type: 'string', default: EXPIRES },
  } as const;
  try {
    const { sub, ...others } = parseArgs({ args: [...args], options }).values;
    if (sub !== undefined && sub !== '') return { sub, ...others };
  } catch (error) {
    throw wrong((error as Error).message);
  }
  throw wrong('--sub: expected the name of a user');
}

function durationIn(text: string): number {
  try {
    const milliseconds = parseDuration(text);
    if (milliseconds >= 0) return milliseconds;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
  }
  throw wrong(`--expires: expected a duration, such as 12h or 30d, or 0 for never; found "${text}"`);
}

function secretOf(authentication: Authentication) {
  if (authentication.by === 'secret') return authentication;
  if (authentication.by === 'nobody')
    throw wrong('the service asks nobody for a token; set HOLDFAST_JWT_SECRET to at least 16 characters');
  throw wrong(
    'the service takes no tokens of ours: they come from the provider or the gateway that is configured',
  );
}

const wrong = (problem: string) => new ConfigError([problem, `usage: ${USAGE}`]);

const HELP = `Usage: ${USAGE}

Prints a token for a caller, signed with the secret that the service is configured with.

  --sub        who it is; becomes the user of what it schedules
  --scope      what it may do, separated by spaces; without it everything
  --pipelines  a pattern of the pipelines that there are for it, such as 'deploy-*', or several, each with its own
               --pipelines (a space is part of a pattern, as of a name); without it all
  --expires    when it ends [${EXPIRES}]; 0: never`;

async function main(): Promise<void> {
  if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(HELP);
    return;
  }
  // Also where the settings at hand are a worker's, which asks nobody.
  const { authentication } = readConfig({ ...readEnvironment(), HOLDFAST_ROLE: 'api' });
  console.log(await tokenFor(process.argv.slice(2), authentication));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    for (const line of describeFailure(error)) console.error(`holdfast: ${line}`);
    process.exit(1);
  });
}
