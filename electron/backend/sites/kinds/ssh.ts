import {
  needsUser,
  programsOn,
  type SshConnection,
  type SshPool,
  type SshTarget,
} from '#backend/ssh/index.ts';
import type { StoredSite } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Link, SiteKindDriver } from './link.ts';

const pingMs = 5_000;

/** Hosts reached over SSH; the pool keeps one connection per machine. */
export function sshKind(pool: SshPool): SiteKindDriver {
  return {
    async open(site, { signal, background }) {
      const connection = await pool.connection(targetOf(site), { signal, background });
      // Measured once so that the page has something to show; a box that answers no ping is still connected.
      await connection.ping(AbortSignal.any([signal, AbortSignal.timeout(pingMs)])).catch(() => undefined);
      return linkOf(connection, pool, targetOf(site));
    },
    needsUser,
    reach: (site) => pool.reach(targetOf(site)),
    lane: (site, options) => pool.lane(targetOf(site), options),
    test: (site, options) => pool.testConnection(targetOf(site), options),
  };
}

/** Throws SITE_ADDRESS_MISSING for a site that is none of SSH. */
export function targetOf(site: Pick<StoredSite, 'id' | 'name' | 'ssh'>): SshTarget {
  if (!site.ssh) {
    throw new TrainyardError('SITE_ADDRESS_MISSING', `The site ${site.name} has no SSH address.`, {
      params: { name: site.name },
    });
  }
  return { ...site.ssh, siteId: site.id === '' ? null : site.id, siteName: site.name };
}

const linkOf = (connection: SshConnection, pool: SshPool, target: SshTarget): Link => ({
  ...programsOn(connection, pool, target),
  openShell: (options) => pool.openShell(target, options),
  connectTo: (host, port, signal) => connection.connectTo(host, port, signal),
  transport: connection.transport,
  get roundTripMs() {
    return connection.roundTripMs;
  },
  async check() {
    try {
      await connection.ping(AbortSignal.timeout(pingMs));
    } catch {
      await connection.close(); // no answer is an answer: whoever listens is told, and connects anew
    }
  },
  onEnd(listener) {
    if (connection.state !== 'connected') {
      queueMicrotask(() => listener(null));
      return () => undefined;
    }
    return connection.onState((_state, error) => listener(error));
  },
  close: () => connection.close(),
});
