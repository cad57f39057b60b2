import { useEffect } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useLive } from '#renderer/app/use-live.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { useOne } from './one-store.ts';

/** An input that is being dragged asks once it has rested this long, ms. */
const restMs = 120;

/** Prices, own costs or quotas are others now: an answer may be another one. */
export const changesPlans = ({ type }: AppEvent): boolean =>
  type === 'catalog.changed' || type === 'costs.changed' || type === 'quotas.changed';

/** Asks whenever the question changes, and again when what plans follow from does. A saved answer stays as it is. */
export function useAnswer(): void {
  const { demand, limits, objective, started, saved } = useOne();
  const key = JSON.stringify({ demand, limits, objective, started, saved: saved?.id ?? null });
  const live = useLive(
    key,
    async (signal) => {
      const now = useOne.getState();
      if (!now.started || now.saved) return null;
      useOne.setState({ asking: true });
      await rest(signal);
      const { demand: about, limits: within, objective: goal } = now;
      return rpc().plan.place({ demand: about, limits: within, objective: goal }, { signal });
    },
    changesPlans,
  );
  useEffect(() => {
    if (live.value) useOne.setState({ answer: live.value, error: null, asking: false });
    else if (live.error) useOne.setState({ error: live.error, asking: false });
  }, [live.value, live.error]);
}

const rest = (signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, restMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
