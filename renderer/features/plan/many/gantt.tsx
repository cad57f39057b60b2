import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatClock, formatDuration, formatWhen, IconButton } from '#renderer/ui/index.ts';
import type { Assignment, PortfolioProblem } from '#shared/domain/plan.ts';
import { GanttBand } from './gantt-band.tsx';
import { formatDay, isMidnight } from './gantt-dates.ts';
import { type Bar, layOutGantt, timeTicks } from './gantt-layout.ts';

const nothing: ReadonlySet<string> = new Set();
const labelWidth = 148;
const axisHeight = 22;
const zooms = [1, 1.5, 2, 3, 5, 8, 13, 20, 34, 55, 89];
/** Of what can be seen, so much is taken by what is looked at closer. */
const closeUp = 0.3;

/** What of the schedule is on the screen, CSS pixels from its top left. */
interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The schedule over time: a band for each pool, a lane for each GPU, a bar for each run. Only what is in view is in the
 * document. Arrows go from run to run, + and − zoom, Enter goes near to the run. Where a pool's runs are too short to be told
 * apart, it shows how full it is; a press on a stretch of it goes near.
 */
export function Gantt({
  problem,
  assignments,
  chosen,
  onChoose,
}: {
  problem: PortfolioProblem;
  assignments: readonly Assignment[];
  chosen: string | null;
  onChoose(runId: string): void;
}) {
  const t = useT();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { view, measure } = useView(scroller);
  const [zoom, setZoom] = useState(0);
  const { at, pools, runs } = problem;
  const [opened, setOpened] = useState<ReadonlySet<string>>(nothing);
  const layout = useMemo(
    () => layOutGantt(at, pools, runs, assignments, opened),
    [at, pools, runs, assignments, opened],
  );
  const width = Math.max(200, view.width - labelWidth - 2) * (zooms[zoom] ?? 1);
  const { from, to, bands } = layout;
  const perMs = width / (to - from);
  const ticks = timeTicks(from, to, width, 88);
  const order = useMemo(
    () => bands.flatMap((band, index) => band.bars.map((bar) => ({ bar, band: index }))),
    [bands],
  );
  const active = order.findIndex(({ bar }) => bar.runId === chosen);
  const goTo = (index: number) => {
    const entry = order[index];
    if (!entry) return;
    onChoose(entry.bar.runId);
    reveal(scroller.current, (entry.bar.startAt - from) * perMs, bands[entry.band]?.top ?? 0);
  };
  /** As near as it must be for a stretch of a pool's time to be seen well, and not farther than now; all its lanes are shown. */
  const goNear = (poolId: string, { startAt, endAt }: { startAt: number; endAt: number }) => {
    setOpened((before) => new Set([...before, poolId]));
    const room = Math.max(200, view.width - labelWidth - 2);
    const wanted = zooms.findIndex((each) => ((endAt - startAt) / (to - from)) * each >= closeUp);
    const next = Math.max(zoom, wanted === -1 ? zooms.length - 1 : wanted);
    setZoom(next);
    requestAnimationFrame(() => {
      if (!scroller.current) return;
      const middle = ((startAt + endAt) / 2 - from) / (to - from);
      scroller.current.scrollLeft = middle * room * (zooms[next] ?? 1) - room / 2;
      measure();
    });
  };
  const openRun = ({ bar, band }: { bar: Bar; band: number }) => goNear(bands[band]?.pool.id ?? '', bar);
  const zoomBy = (steps: number) => {
    const next = Math.min(zooms.length - 1, Math.max(0, zoom + steps));
    const middle = scroller.current ? (view.left + (view.width - labelWidth) / 2) / width : 0;
    setZoom(next);
    if (next === 0) setOpened(nothing);
    requestAnimationFrame(() => {
      if (!scroller.current) return;
      const grown = Math.max(200, view.width - labelWidth - 2) * (zooms[next] ?? 1);
      scroller.current.scrollLeft = middle * grown - (view.width - labelWidth) / 2;
      measure();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === '+' || event.key === '=') zoomBy(1);
    else if (event.key === '-') zoomBy(-1);
    else if (event.key === '0') zoomBy(-zooms.length);
    else if (event.key === 'Enter' && order[active]) openRun(order[active]);
    else {
      const next = nextIndex(event.key, active, order);
      if (next === null) return;
      goTo(next);
    }
    event.preventDefault();
  };
  /** A list of runs, where there are any. */
  const list = {
    role: 'listbox',
    'aria-label': t('plan.scheduleKeys'),
    'aria-activedescendant': active >= 0 ? `${id}-${chosen}` : undefined,
    tabIndex: 0,
    onKeyDown,
  } as const;
  const seen = {
    fromAt: from + (view.left - 40) / perMs,
    toAt: from + (view.left + view.width) / perMs,
  };
  const inView = bands.filter(
    ({ top, height }) => top + height > view.top - 60 && top < view.top + view.height + 60,
  );
  return (
    <section className="gantt" aria-label={t('plan.schedule')}>
      <div className="gantt__tools">
        <h2>{t('plan.schedule')}</h2>
        <Told bar={order[active]?.bar} assignments={assignments} problem={problem} />
        <IconButton label={t('plan.zoomOut')} small disabled={zoom === 0} onClick={() => zoomBy(-1)}>
          −
        </IconButton>
        <IconButton
          label={t('plan.zoomIn')}
          small
          disabled={zoom === zooms.length - 1}
          onClick={() => zoomBy(1)}
        >
          +
        </IconButton>
      </div>
      <div className="gantt__scroll" ref={scroller} onScroll={measure}>
        <div className="gantt__all" style={{ width: width + labelWidth, height: layout.height + axisHeight }}>
          <div className="gantt__axis" aria-hidden="true">
            {ticks.map((tick) => (
              <span key={tick} className="num" style={{ left: labelWidth + (tick - from) * perMs }}>
                {isMidnight(tick) ? formatDay(tick) : formatClock(tick)}
              </span>
            ))}
          </div>
          <div className="gantt__grid" style={{ left: labelWidth }} aria-hidden="true">
            {ticks.map((tick) => (
              <i key={tick} style={{ left: (tick - from) * perMs }} />
            ))}
          </div>
          <div className="gantt__bands" {...(order.length > 0 ? list : {})}>
            {inView.map((band) => (
              <GanttBand
                key={band.pool.id}
                id={id}
                band={band}
                from={from}
                perMs={perMs}
                labelWidth={labelWidth}
                seen={seen}
                chosen={chosen}
                onChoose={onChoose}
                onOpen={goNear}
              />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

/** The run that the keyboard or the pointer has chosen, in words. */
function Told({
  bar,
  assignments,
  problem,
}: {
  bar: Bar | undefined;
  assignments: readonly Assignment[];
  problem: PortfolioProblem;
}) {
  const t = useT();
  if (!bar) return <span className="gantt__told quiet">{t('plan.scheduleHint')}</span>;
  const one = assignments.find(({ runId }) => runId === bar.runId);
  const place = problem.pools.find(({ id }) => id === one?.poolId)?.place.title ?? '';
  return (
    <span className="gantt__told num clip">
      <strong>{bar.name}</strong>{' '}
      {t('plan.scheduleTold', {
        place,
        gpus: one?.gpus ?? 0,
        start: formatWhen(bar.startAt, problem.at),
        end: formatWhen(bar.endAt, problem.at),
        time: formatDuration(bar.endAt - bar.startAt),
      })}
      {bar.deadlineAt === null
        ? ''
        : ` ${t(bar.late ? 'plan.lateBy' : 'plan.beforeDeadline', {
            time: formatDuration(Math.abs(bar.endAt - bar.deadlineAt)),
          })}`}
    </span>
  );
}

/** Left and right go by time within all bands, up and down to the band above or below. */
function nextIndex(key: string, active: number, order: readonly { bar: Bar; band: number }[]): number | null {
  if (order.length === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return order.length - 1;
  if (key === 'ArrowRight') return Math.min(order.length - 1, active + 1);
  if (key === 'ArrowLeft') return Math.max(0, active - 1);
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const now = order[active];
  if (!now) return 0;
  const wanted =
    key === 'ArrowDown'
      ? order.find(({ band }) => band > now.band)
      : order.findLast(({ band }) => band < now.band);
  if (!wanted) return active;
  const inBand = order.flatMap(({ band, bar }, index) =>
    band === wanted.band ? [{ index, apart: Math.abs(bar.startAt - now.bar.startAt) }] : [],
  );
  return inBand.reduce((best, entry) => (entry.apart < best.apart ? entry : best)).index;
}

function reveal(element: HTMLDivElement | null, x: number, y: number): void {
  if (!element) return;
  const width = element.clientWidth - labelWidth;
  if (x < element.scrollLeft || x > element.scrollLeft + width - 40) element.scrollLeft = x - width / 3;
  if (y < element.scrollTop || y > element.scrollTop + element.clientHeight - axisHeight - 40)
    element.scrollTop = y - 20;
}

/** What of the scroller can be seen, kept as it scrolls and grows. */
function useView(scroller: RefObject<HTMLDivElement | null>) {
  const [view, setView] = useState<View>({ left: 0, top: 0, width: 800, height: 300 });
  const measure = () => {
    const element = scroller.current;
    if (!element) return;
    const next = {
      left: element.scrollLeft,
      top: element.scrollTop,
      width: element.clientWidth,
      height: element.clientHeight,
    };
    setView((before) =>
      before.left === next.left &&
      before.top === next.top &&
      before.width === next.width &&
      before.height === next.height
        ? before
        : next,
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured once it is there
  useLayoutEffect(measure, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it watches one element for as long as it is there
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  return { view, measure };
}
