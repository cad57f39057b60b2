import type { ForwardsPorts, OpensShells, RunsPrograms } from '#backend/processes/index.ts';
import type { SshLane, SshReach } from '#backend/ssh/index.ts';

export type { SshLane, SshReach } from '#backend/ssh/index.ts';

/**
 * What runs, files and logs need of sites, and all they may know of them. Implemented by the sites' service; callers
 * never learn whether a machine is this computer or an SSH host.
 */
export interface MachineAccess {
  /**
   * The machine's programs over its one shared connection, connecting first where needed. Rejects with a TrainyardError:
   * MACHINE_UNREACHABLE (retryable), MACHINE_BLOCKED (needs the user), MACHINE_UNKNOWN. `background`: never opens a
   * prompt and never waits for a back-off; rejects at once with MACHINE_UNREACHABLE.
   */
  programs(
    machineId: string,
    options?: { signal?: AbortSignal; background?: boolean },
  ): Promise<RunsPrograms>;
  /** Whether it is connected right now. */
  isConnected(machineId: string): boolean;
  /**
   * Called with the machine's id each time a connection is made anew: the moment to reconcile. What nobody waits for can
   * be left until `calm` resolves: the machines that are being connected and asked what they have go first, but not for
   * long. Returns the end of it.
   */
  onConnected(listener: (machineId: string, calm?: Promise<void>) => void): () => void;
  /** Called when a connection is lost or closed. */
  onDisconnected(listener: (machineId: string) => void): () => void;
}

/** What terminals need of sites. Rejects as `MachineAccess.programs` does. */
export interface MachineShells {
  shells(machineId: string, options?: { signal?: AbortSignal; background?: boolean }): Promise<OpensShells>;
}

/** What forwarded ports need of sites. Rejects as `MachineAccess.programs` does. */
export interface MachinePorts {
  ports(machineId: string, options?: { signal?: AbortSignal; background?: boolean }): Promise<ForwardsPorts>;
}

/** Where one machine would find another, for copies from box to box. */
export interface MachineReach {
  /** Null: nowhere (this computer). Connects nowhere. Throws SITE_UNKNOWN, SSH_CONFIG_INVALID. */
  reach(machineId: string): Promise<SshReach | null>;
  /**
   * A connection by the system's own ssh, made without asking; null where there is none to be had, and for this computer.
   * Whoever opens it closes it. `idle`: at low priority.
   */
  lane?(machineId: string, options: { signal: AbortSignal; idle?: boolean }): Promise<SshLane | null>;
}
