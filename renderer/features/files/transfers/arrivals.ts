/** Where something has been put, renamed or taken away by this page: whoever shows that directory reads it anew. */
type Listener = (machineId: string, directory: string) => void;
const listeners = new Set<Listener>();

export const onArrival = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function sayArrival(machineId: string, directory: string): void {
  for (const listener of listeners) listener(machineId, directory);
}
