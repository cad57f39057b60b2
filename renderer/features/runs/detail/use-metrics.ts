import { useEffect, useMemo, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import { inOrder, withoutKnown, withPoints } from './metric-data.ts';

const maxPoints = 600;
/** For so long after an answer events may tell what it told already; later, the same again is an attempt that resumed. */
const overlapMs = 5000;

/** What a run's log has printed as numbers, growing as it is printed. Null until the first answer. */
export function useMetrics(runId: string): { series: readonly MetricSeries[] | null; error: unknown } {
  const [series, setSeries] = useState<readonly MetricSeries[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    // Points are drawn a few times a second, however many come.
    let pending: { name: string; points: [number, number][] }[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    let loadedAt = 0;
    const load = async () => {
      try {
        const loaded = await rpc().runs.metrics({ runId, maxPoints }, { signal: abort.signal });
        if (abort.signal.aborted) return;
        setSeries(loaded);
        loadedAt = performance.now();
        setError(null);
      } catch (thrown) {
        if (!abort.signal.aborted) setError(thrown);
      }
    };
    void load();
    const draw = () => {
      timer = null;
      const now = pending;
      const overlaps = performance.now() - loadedAt < overlapMs;
      pending = [];
      setSeries((before) =>
        now.reduce<readonly MetricSeries[]>(
          (all, { name, points }) =>
            withPoints(all, name, overlaps ? withoutKnown(all, name, points) : points, maxPoints * 2),
          before ?? [],
        ),
      );
    };
    const leave = takePart({
      reload: load,
      apply(event) {
        if (event.type !== 'metrics.added' || event.runId !== runId) return;
        pending.push({ name: event.name, points: event.points });
        timer ??= setTimeout(draw, 200);
      },
    });
    return () => {
      abort.abort();
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  }, [runId]);
  return useMemo(() => ({ series: series && inOrder(series), error }), [series, error]);
}
