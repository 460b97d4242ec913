/** Who may call, for the line that the service greets with; never the secret. */
import type { Config } from '../../config/settings.js';

export function describeCallers({ authentication, auth }: Pick<Config, 'authentication' | 'auth'>): string {
  switch (authentication.by) {
    case 'secret':
      return `callers by token (${authentication.source})`;
    case 'keys':
      return `callers by token of ${authentication.issuer}`;
    case 'header':
      return `callers by ${authentication.header} from ${authentication.proxies.join(', ')}`;
    case 'nobody':
      return auth ? 'no authentication, so for this machine only' : 'no authentication (HOLDFAST_AUTH=off)';
  }
}
