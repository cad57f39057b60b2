import { useT } from '#renderer/i18n/index.ts';
import { formatInteger, formatPercent, formatWhen } from '#renderer/ui/index.ts';
import { type Band, bandHead } from './gantt-layout.ts';
import type { LoadBin } from './gantt-load.ts';

/** How full a pool is where its runs are too many to be told apart: a column for each stretch of time; pressed, it is looked at closer. */
export function GanttLoads({
  id,
  band,
  bins,
  now,
  left,
  width,
  onOpen,
}: {
  id: string;
  band: Band;
  bins: readonly LoadBin[];
  /** The moment that times are said from. */
  now: number;
  left(at: number): number;
  width: number;
  onOpen(bin: LoadBin): void;
}) {
  const t = useT();
  const tall = band.lanes * band.laneHeight;
  return bins.map((bin) => {
    const said = t('plan.load', {
      runs: formatInteger(bin.runs),
      late: formatInteger(bin.late),
      share: formatPercent(bin.share * 100),
      start: formatWhen(bin.startAt, now),
      end: formatWhen(bin.endAt, now),
    });
    const height = Math.max(2, Math.min(1, bin.share) * tall);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the list that it is in has the keys
      // biome-ignore lint/a11y/useFocusableInteractive: it is an option of that list
      <div
        key={bin.startAt}
        id={`${id}-load-${band.pool.id}-${bin.startAt}`}
        role="option"
        aria-selected={false}
        aria-label={said}
        title={said}
        className="gantt__load"
        style={{ left: left(bin.startAt), width, top: bandHead, height: tall }}
        onClick={() => onOpen(bin)}
      >
        <i style={{ height }} />
        {bin.late > 0 ? (
          <i
            className="gantt__load-late"
            style={{ height: Math.max(2, Math.min(1, bin.lateShare) * tall) }}
          />
        ) : null}
      </div>
    );
  });
}
