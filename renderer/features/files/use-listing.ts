import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { ListingModel, type ListingState, type Order } from './listing-model.ts';

/** The listing of a directory, read when it is opened, and again when the backend is back or a copy has brought something there. */
export function useListing(
  machineId: string,
  path: string,
  order: Order,
): { model: ListingModel; state: ListingState } {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order of the same directory is asked of the same model
  const model = useMemo(() => new ListingModel(() => rpc().files, machineId, path, order), [machineId, path]);
  useEffect(() => {
    void model.load();
    const leave = takePart({
      reload: () => model.load(),
      apply(event) {
        if (event.type !== 'copy.changed' || event.copy.state === 'running') return;
        const here = model.state().directory?.path ?? path;
        const { to } = event.copy;
        if (to.machineId === machineId && (to.path === here || to.path.startsWith(`${here}/`)))
          void model.load();
      },
    });
    return () => {
      leave();
      model.close();
    };
  }, [model, machineId, path]);
  useEffect(() => {
    if (JSON.stringify(model.order) !== JSON.stringify(order)) void model.reorder(order);
  }, [model, order]);
  const state = useSyncExternalStore(model.subscribe, model.state, model.state);
  return { model, state };
}
