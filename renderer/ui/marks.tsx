import type { ReactNode } from 'react';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle' | 'unseen' | 'accent';

const colour = (tone: Tone) => `var(--${tone})`;

/** The shape says what the colour says: filled for going, hollow for not seen, a square for stopped, a cross for bad, a tick for good, an arrow for under way elsewhere. */
export type Shape = 'filled' | 'ring' | 'half' | 'square' | 'cross' | 'tick' | 'dash' | 'arrow';

export function StatusDot({ tone, shape, label }: { tone: Tone; shape: Shape; label?: string }) {
  const c = colour(tone);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden because the words beside it say the same
    <svg
      className="dot"
      viewBox="0 0 10 10"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
      fill="none"
      stroke={c}
      strokeWidth="1.8"
      strokeLinecap="round"
    >
      {shape === 'filled' ? <circle cx="5" cy="5" r="4" fill={c} stroke="none" /> : null}
      {shape === 'ring' ? <circle cx="5" cy="5" r="3.6" /> : null}
      {shape === 'half' ? (
        <>
          <circle cx="5" cy="5" r="3.6" />
          <path d="M5 1.4a3.6 3.6 0 0 1 0 7.2z" fill={c} stroke="none" />
        </>
      ) : null}
      {shape === 'square' ? (
        <rect x="1.5" y="1.5" width="7" height="7" rx="1" fill={c} stroke="none" />
      ) : null}
      {shape === 'cross' ? <path d="M2 2l6 6M8 2l-6 6" /> : null}
      {shape === 'tick' ? <path d="M1.5 5.4l2.5 2.6 4.5-5.6" /> : null}
      {shape === 'dash' ? <path d="M2 5h6" /> : null}
      {shape === 'arrow' ? <path d="M1.2 5h7.2M5.6 1.9L8.6 5 5.6 8.1" /> : null}
    </svg>
  );
}

export function Badge({ tone, children }: { tone?: 'ok' | 'warn' | 'bad' | 'accent'; children: ReactNode }) {
  return <span className={`badge ${tone ? `badge--${tone}` : ''}`}>{children}</span>;
}

/** `total` 0: not known how much there is. */
export function ProgressBar({
  done,
  total,
  label,
  tone,
}: {
  done: number;
  total: number;
  label: string;
  tone?: Tone;
}) {
  const known = total > 0;
  const percent = known ? Math.min(100, Math.max(0, (done / total) * 100)) : 0;
  return (
    <div
      className={`progress ${known ? '' : 'progress--unknown'}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={known ? Math.round(percent) : undefined}
      style={tone ? { ['--bar' as string]: colour(tone) } : undefined}
    >
      <i style={known ? { width: `${percent}%` } : undefined} />
    </div>
  );
}

export function KeyHint({ keys }: { keys: readonly string[] }) {
  return (
    <span className="keys">
      {keys.map((key, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cap may come twice, and they do not move
        <kbd key={index} className="key">
          {key}
        </kbd>
      ))}
    </span>
  );
}

/** A line without axes: the shape of the last values. Gaps where a value is not a number. */
export function Sparkline({
  values,
  width = 64,
  height = 16,
  label,
}: {
  values: readonly (number | null)[];
  width?: number;
  height?: number;
  label: string;
}) {
  return (
    <svg
      className="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path d={sparkPath(values, width, height)} />
    </svg>
  );
}

export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (known.length < 2) return '';
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = width / (values.length - 1);
  let pen = 'M';
  let path = '';
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const y = height - 1 - ((value - low) / span) * (height - 2);
    path += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  });
  return path;
}
