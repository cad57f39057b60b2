import type { MachineAccess, MachineReach } from '#backend/sites/index.ts';
import { programsOn, type SshConnection, type SshPool, type SshTarget } from '#backend/ssh/index.ts';
import type { YardAddress } from './yard.ts';

/** The boxes of a yard as the sites' room gives them, each connected when somebody wants it. */
export function accessTo(pool: SshPool, { boxes, configFile }: YardAddress): MachineAccess & MachineReach {
  const open = new Map<string, SshConnection>();
  const onConnected = new Set<(machineId: string) => void>();
  const onDisconnected = new Set<(machineId: string) => void>();
  const target = (machineId: string): SshTarget => {
    const box = boxes.find(({ id }) => id === machineId);
    if (box === undefined) throw new Error(`no box ${machineId}`);
    return { host: box.name, configFile };
  };
  const note = (machineId: string, connection: SshConnection) => {
    if (open.get(machineId) === connection) return;
    open.set(machineId, connection);
    connection.onState(() => {
      if (open.get(machineId) !== connection) return;
      open.delete(machineId);
      for (const listener of [...onDisconnected]) listener(machineId);
    });
    for (const listener of [...onConnected]) listener(machineId);
  };
  const subscribe = <T>(listeners: Set<T>, listener: T) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    programs: async (machineId, options = {}) => {
      const connection = await pool.connection(target(machineId), options);
      note(machineId, connection);
      return programsOn(connection, pool, target(machineId));
    },
    isConnected: (machineId) => open.has(machineId),
    onConnected: (listener) => subscribe(onConnected, listener),
    onDisconnected: (listener) => subscribe(onDisconnected, listener),
    reach: (machineId) => pool.reach(target(machineId)),
  };
}
