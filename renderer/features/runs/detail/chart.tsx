import 'uplot/dist/uPlot.min.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useT } from '#renderer/i18n/index.ts';
import { formatInteger, formatValue } from '#renderer/ui/index.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import { chartData, onlyPositive } from './metric-data.ts';

const height = 132;

/** One series: labelled directly, its last value beside its name, any other on hover. */
export function Chart({ series, firstAttempt }: { series: MetricSeries; firstAttempt: number }) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marks = useRef<readonly number[]>([]);
  const [log, setLog] = useState(() => localStorage.getItem(`chart.log.${series.name}`) === 'on');
  const [hover, setHover] = useState<{ step: number; value: number | null } | null>(null);
  const theme = useThemeName();

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme stands for the colours read from the page
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const labels = (n: number) => t('run.resumed', { n });
    const made = new uPlot(
      optionsFor(element, log, marks, firstAttempt, labels, setHover),
      [[], []],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [log, theme, firstAttempt, t]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot made anew needs its data again
  useEffect(() => {
    const data = chartData(series.points);
    marks.current = data.marks;
    plot.current?.setData([data.x, log ? onlyPositive(data.y) : data.y]);
  }, [series, log, theme, firstAttempt, t]);

  const shown = hover ?? { step: null, value: series.last };
  return (
    <figure
      className="chart"
      aria-label={t('run.chartOf', {
        name: series.name,
        points: formatInteger(series.total),
        last: formatValue(series.last),
      })}
    >
      <figcaption className="chart__head">
        <span className="chart__name clip">{series.name}</span>
        <button
          type="button"
          className="chart__scale"
          aria-pressed={log}
          title={t('run.logScaleTitle')}
          onClick={() => {
            localStorage.setItem(`chart.log.${series.name}`, log ? 'off' : 'on');
            setLog(!log);
          }}
        >
          {t('run.logScale')}
        </button>
        <span className="chart__value num">
          {shown.step === null ? null : (
            <span className="quiet">{t('run.step', { step: formatInteger(shown.step) })} </span>
          )}
          {formatValue(shown.value)}
        </span>
      </figcaption>
      <div ref={host} className="chart__plot" aria-hidden="true" />
    </figure>
  );
}

function optionsFor(
  element: HTMLElement,
  log: boolean,
  marks: { current: readonly number[] },
  firstAttempt: number,
  attemptLabel: (n: number) => string,
  onHover: (at: { step: number; value: number | null } | null) => void,
): uPlot.Options {
  const css = getComputedStyle(element);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const font = `11px ${css.fontFamily}`;
  const axis = {
    stroke: colour('--ink-3'),
    font,
    grid: { stroke: colour('--rule'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        gap: 3,
        space: 70,
        values: (_, ticks) => ticks.map(shortStep),
      },
      {
        ...axis,
        size: 46,
        gap: 4,
        space: 30,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : formatValue(tick))),
      },
    ],
    series: [{}, { stroke: colour('--accent'), width: 1.25, spanGaps: false, points: { show: false } }],
    hooks: {
      draw: [(self) => drawMarks(self, marks.current, firstAttempt, attemptLabel, colour('--warn'), font)],
      setCursor: [
        (self) => {
          const { idx } = self.cursor;
          const step = idx === null || idx === undefined ? undefined : self.data[0][idx];
          onHover(
            step === undefined || idx === null || idx === undefined
              ? null
              : { step, value: self.data[1]?.[idx] ?? null },
          );
        },
      ],
    },
  };
}

/** Attempts on the axis: a dashed line where one resumed. */
function drawMarks(
  self: uPlot,
  marks: readonly number[],
  firstAttempt: number,
  label: (n: number) => string,
  colour: string,
  font: string,
): void {
  const { ctx, bbox } = self;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.font = font.replace('11px', `${10 * ratio}px`);
  marks.forEach((step, index) => {
    const x = Math.round(self.valToPos(step, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(label(firstAttempt + index + 1), x + 4 * ratio, bbox.top + 9 * ratio);
  });
  ctx.restore();
}

/** Steps on an axis: 41.9 k. */
function shortStep(step: number | null): string {
  if (step === null) return '';
  if (Math.abs(step) >= 1e6) return `${formatValue(step / 1e6)} M`;
  return Math.abs(step) >= 10_000 ? `${formatValue(step / 1e3)} k` : formatInteger(step);
}

/** The colours of a canvas do not follow the theme by themselves. */
function useThemeName(): string {
  const [name, setName] = useState(document.documentElement.dataset.theme ?? '');
  useEffect(() => {
    const observer = new MutationObserver(() => setName(document.documentElement.dataset.theme ?? ''));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return name;
}
