import type { ForwardsPorts, OpensShells, RunsPrograms } from '#backend/processes/index.ts';
import type { SshLane, SshReach } from '#backend/ssh/index.ts';
import type { StoredSite } from '#backend/store/index.ts';
import type { TrainyardError } from '#shared/domain/error.ts';
import type { Connection, ConnectionStep } from '#shared/domain/site.ts';

/** An open way to a site's machine. It ends once; the next one is a new object. */
export interface Link extends RunsPrograms, OpensShells, ForwardsPorts {
  readonly transport: NonNullable<Connection['transport']>;
  readonly roundTripMs: number | null;
  /** Makes sure that it is alive, within seconds, and ends it otherwise. Never rejects. */
  check(): Promise<void>;
  /** Told once when it is lost or closed by somebody else. Returns the end of the subscription. */
  onEnd(listener: (error: TrainyardError | null) => void): () => void;
  close(): Promise<void>;
}

/** What the service asks of a kind of site. */
export interface SiteKindDriver {
  /** Connects. `background`: asks the user nothing. Rejects with a TrainyardError. */
  open(site: StoredSite, options: { signal: AbortSignal; background: boolean }): Promise<Link>;
  /** Whether trying again by itself is no use after this error. */
  needsUser(error: TrainyardError): boolean;
  /** Where another machine would find it; null: nowhere (this computer). */
  reach(site: StoredSite): Promise<SshReach | null>;
  /** A connection by the system's own ssh, made without asking; null where there is none. */
  lane(site: StoredSite, options: { signal: AbortSignal; idle?: boolean }): Promise<SshLane | null>;
  /** "Test connection": each step as it happens. */
  test(
    site: Pick<StoredSite, 'id' | 'name' | 'ssh'>,
    options: { signal?: AbortSignal },
  ): AsyncIterable<ConnectionStep>;
}
