import type { TrainyardError } from '#shared/domain/error.ts';
import { quoted } from '#shared/domain/quoted.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import {
  authenticationFailed,
  configInvalid,
  connectionLost,
  hostKeyChanged,
  hostKeyRevoked,
  hostKeyUnknown,
  hostNotFound,
  noCommonAlgorithm,
  proxyFailed,
  refused,
  timedOut,
  unreachable,
  visible,
} from '../errors.ts';

/** What the system's ssh complained about, as ours. Null when it says nothing that is known. */
export function complaintAsError(text: string, host: ResolvedHost): TrainyardError | null {
  const said = visible(text.slice(-4000));
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? '';
  if (/HOST IDENTIFICATION HAS CHANGED/.test(text)) {
    return hostKeyChanged(host.alias, {
      type: found(/fingerprint for the (\S+) key/),
      fingerprint: found(/(SHA256:[A-Za-z0-9+/]+)/),
      known: saySsh('KNOWN_OTHER_KEY'),
      place: found(/Offending \S+ key in (\S+)/),
    });
  }
  if (/REVOKED HOST KEY|marked as revoked/.test(text)) {
    return hostKeyRevoked(
      host.alias,
      found(/(SHA256:[A-Za-z0-9+/]+)/),
      found(/revoked key in (\S+)/) || 'known_hosts',
    );
  }
  if (/Host key verification failed/.test(text))
    return hostKeyUnknown(host.alias, found(/(SHA256:[A-Za-z0-9+/]+)/));
  if (/Permission denied|Too many authentication failures|No more authentication methods/.test(text)) {
    const accepts = found(/Permission denied \(([^)]*)\)/)
      .split(',')
      .filter((name) => name !== '');
    return authenticationFailed(host.alias, host.user, [saySsh('TRIED_SYSTEM')], accepts);
  }
  if (/Could not resolve hostname/.test(text)) return hostNotFound(host.hostName, said);
  if (/Connection refused/.test(text)) return refused(host.hostName, host.port);
  if (/timed out/i.test(text)) return timedOut(host.alias, Math.round(host.connectTimeoutMs / 1000));
  if (/No route to host|Network is unreachable/.test(text))
    return unreachable(host.hostName, host.port, said);
  if (/no matching/i.test(text)) return noCommonAlgorithm(host.alias, said);
  if (/bad configuration option|Bad configuration|terminating,/.test(text))
    return configInvalid(host.alias, quoted(said));
  if (/stdio forwarding failed|UNKNOWN port 65535/.test(text)) return proxyFailed(host.alias, said);
  return said === '' ? null : connectionLost(host.alias, { details: said });
}
