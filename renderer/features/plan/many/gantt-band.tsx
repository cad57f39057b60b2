import { memo, useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatInteger, formatWhen } from '#renderer/ui/index.ts';
import { kindWord } from '../words.ts';
import { type Band, type Bar, bandHead } from './gantt-layout.ts';
import { isCrowded, type LoadBin, loadOf } from './gantt-load.ts';
import { GanttLoads } from './gantt-loads.tsx';

/** A column of how full a pool is, CSS pixels. */
const loadWidth = 9;

/** One pool: its name, what is taken already, and its runs as far as they are in view. */
export const GanttBand = memo(function GanttBand({
  id,
  band,
  from,
  perMs,
  labelWidth,
  seen,
  chosen,
  onChoose,
  onOpen,
}: {
  /** Start of the ids of bars. */
  id: string;
  band: Band;
  from: number;
  perMs: number;
  labelWidth: number;
  seen: { fromAt: number; toAt: number };
  chosen: string | null;
  onChoose(runId: string): void;
  /** A stretch of time is to be looked at closer. */
  onOpen(poolId: string, bin: LoadBin): void;
}) {
  const t = useT();
  const { pool, busy, bars, laneHeight } = band;
  const isSeen = ({ startAt, endAt }: { startAt: number; endAt: number }) =>
    endAt >= seen.fromAt && startAt <= seen.toAt;
  const bins = useMemo(
    () => (isCrowded(band, perMs) ? loadOf(band, from, loadWidth / perMs) : null),
    [band, from, perMs],
  );
  // The run that is chosen is there whatever stands before it.
  const inView = bars.filter((bar) => isSeen(bar) && (bins === null || bar.runId === chosen));
  const box = (startAt: number, endAt: number, lane: number, lanes: number) => ({
    left: labelWidth + (startAt - from) * perMs,
    width: Math.max(2, (endAt - startAt) * perMs - 1),
    top: bandHead + lane * laneHeight,
    height: Math.max(2, lanes * laneHeight - 1),
  });
  return (
    <div className="gantt__band" style={{ top: band.top, height: band.height }} role="presentation">
      <div className="gantt__label" role="presentation" style={{ width: labelWidth }}>
        <span className="clip" title={pool.place.title}>
          {pool.place.title}
        </span>
        <small className="clip quiet">
          {pool.place.accelerator ?? kindWord(pool.place.kind, t)} · {band.lanes}
          {bins === null ? '' : ` · ${t('plan.runsThere', { runs: formatInteger(bars.length) })}`}
        </small>
      </div>
      <div
        className="gantt__lanes"
        role="presentation"
        style={{
          left: labelWidth,
          top: bandHead,
          height: band.lanes * laneHeight,
          backgroundSize: `100% ${laneHeight}px`,
        }}
      />
      {busy.map(({ lane, lanes, untilAt }) => (
        <div
          key={`busy ${lane}`}
          className="gantt__busy"
          role="presentation"
          style={box(from, untilAt, lane, lanes)}
          title={t('plan.takenUntil', { when: formatWhen(untilAt, from) })}
        />
      ))}
      {bins === null ? null : (
        <GanttLoads
          id={id}
          band={band}
          bins={bins.filter(isSeen)}
          now={from}
          left={(at) => labelWidth + (at - from) * perMs}
          width={loadWidth - 1}
          onOpen={(bin) => onOpen(pool.id, bin)}
        />
      )}
      {inView.map((bar) => (
        <BarBoxes
          key={bar.runId}
          id={`${id}-${bar.runId}`}
          bar={bar}
          box={box}
          isChosen={bar.runId === chosen}
          from={from}
          onChoose={onChoose}
        />
      ))}
    </div>
  );
});

interface Box {
  left: number;
  width: number;
  top: number;
  height: number;
}

function BarBoxes({
  id,
  bar,
  box,
  isChosen,
  from,
  onChoose,
}: {
  id: string;
  bar: Bar;
  box(startAt: number, endAt: number, lane: number, lanes: number): Box;
  isChosen: boolean;
  from: number;
  onChoose(runId: string): void;
}) {
  const t = useT();
  const said = t('plan.bar', {
    name: bar.name,
    start: formatWhen(bar.startAt, from),
    end: formatWhen(bar.endAt, from),
  });
  return bar.pieces.map(({ lane, lanes }, index) => {
    const place = box(bar.startAt, bar.endAt, lane, lanes);
    const deadline = bar.deadlineAt === null ? null : box(bar.deadlineAt, bar.deadlineAt, lane, lanes);
    const looks = [
      'gantt__bar',
      bar.late ? 'gantt__bar--late' : '',
      isChosen ? 'gantt__bar--chosen' : '',
      place.width < 9 ? 'gantt__bar--thin' : '',
    ];
    return (
      <div key={lane} role="presentation">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list that it is in has the keys */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it is an option of that list */}
        <div
          {...(index === 0
            ? { id, role: 'option', 'aria-selected': isChosen, 'aria-label': said }
            : { role: 'presentation' })}
          className={looks.join(' ')}
          style={place}
          title={said}
          onClick={() => onChoose(bar.runId)}
        >
          {place.width > 34 && place.height > 10 ? <span className="clip">{bar.name}</span> : null}
        </div>
        {deadline ? (
          <i
            className={`gantt__deadline ${bar.late ? 'gantt__deadline--late' : ''}`}
            style={{ left: deadline.left, top: deadline.top, height: deadline.height }}
            aria-hidden="true"
          />
        ) : null}
      </div>
    );
  });
}
