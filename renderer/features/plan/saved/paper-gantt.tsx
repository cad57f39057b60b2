import { useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatClock } from '#renderer/ui/index.ts';
import type { Assignment, PortfolioProblem } from '#shared/domain/plan.ts';
import { formatDay, isMidnight } from '../many/gantt-dates.ts';
import { type Band, type Bar, bandHead, layOutGantt, timeTicks } from '../many/gantt-layout.ts';
import { isCrowded, type LoadBin, loadOf } from '../many/gantt-load.ts';
import { kindWord } from '../words.ts';

/** Enough for a day's name between two marks on a page of paper, CSS pixels; a page is about this wide without names. */
const [apart, paperWidth] = [80, 560];

/** Of how full a pool is where its runs are too many to be told apart, so many columns. */
const columns = 90;

/** The schedule on paper: all of it, as wide as the page is, nothing to be scrolled. */
export function PaperGantt({
  problem: { at, pools, runs },
  assignments,
}: {
  problem: PortfolioProblem;
  assignments: readonly Assignment[];
}) {
  const { bands, from, to } = useMemo(
    () => layOutGantt(at, pools, runs, assignments),
    [at, pools, runs, assignments],
  );
  const ticks = timeTicks(from, to, paperWidth, apart);
  // What begins at the very end has no room to be written.
  const isNotLast = (tick: number) => (tick - from) / (to - from) < 0.92;
  const share = (time: number) => `${((time - from) / (to - from)) * 100}%`;
  return (
    <div className="pgantt" aria-hidden="true">
      <div className="pgantt__row">
        <span />
        <div className="pgantt__axis">
          {ticks.filter(isNotLast).map((tick) => (
            <span key={tick} className="num" style={{ left: share(tick) }}>
              {isMidnight(tick) ? formatDay(tick) : formatClock(tick)}
            </span>
          ))}
        </div>
      </div>
      {bands.map((band) => (
        <PaperBand key={band.pool.id} band={band} from={from} to={to} share={share} ticks={ticks} />
      ))}
    </div>
  );
}

function PaperBand({
  band,
  from,
  to,
  share,
  ticks,
}: {
  band: Band;
  from: number;
  to: number;
  share(time: number): string;
  ticks: readonly number[];
}) {
  const t = useT();
  const { pool, lanes, laneHeight, busy, bars } = band;
  const box = (startAt: number, endAt: number, lane: number, count: number) => ({
    left: share(startAt),
    width: `calc(${share(from + endAt - startAt)} - 1px)`,
    top: lane * laneHeight,
    height: Math.max(2, count * laneHeight - 1),
  });
  const bins = isCrowded(band, paperWidth / (to - from)) ? loadOf(band, from, (to - from) / columns) : null;
  const isNamed = ({ startAt, endAt }: Bar, count: number) =>
    parseFloat(share(from + endAt - startAt)) > 5 && count * laneHeight > 10;
  return (
    <div className="pgantt__row" style={{ minHeight: Math.max(bandHead + 12, lanes * laneHeight) }}>
      <div className="pgantt__label">
        <span>{pool.place.title}</span>
        <small className="quiet">
          {pool.place.accelerator ?? kindWord(pool.place.kind, t)} · {lanes}
        </small>
      </div>
      <div className="pgantt__lanes">
        {ticks.map((tick) => (
          <i key={tick} className="pgantt__tick" style={{ left: share(tick) }} />
        ))}
        {busy.map(({ lane, lanes: count, untilAt }) => (
          <div key={`busy ${lane}`} className="gantt__busy" style={box(from, untilAt, lane, count)} />
        ))}
        {bins?.map((bin) => (
          <PaperLoad key={bin.startAt} bin={bin} left={share(bin.startAt)} tall={lanes * laneHeight} />
        ))}
        {(bins === null ? bars : []).flatMap((bar) =>
          bar.pieces.map(({ lane, lanes: count }) => (
            <div
              key={`${bar.runId} ${lane}`}
              className={`gantt__bar ${bar.late ? 'gantt__bar--late' : ''}`}
              style={box(bar.startAt, bar.endAt, lane, count)}
            >
              {isNamed(bar, count) ? <span className="clip">{bar.name}</span> : null}
            </div>
          )),
        )}
      </div>
    </div>
  );
}

function PaperLoad({ bin, left, tall }: { bin: LoadBin; left: string; tall: number }) {
  const height = (share: number) => Math.max(2, Math.min(1, share) * tall);
  return (
    <div
      className="gantt__load"
      style={{ left, width: `calc(${100 / columns}% - 1px)`, top: 0, height: tall }}
    >
      <i style={{ height: height(bin.share) }} />
      {bin.late > 0 ? <i className="gantt__load-late" style={{ height: height(bin.lateShare) }} /> : null}
    </div>
  );
}
