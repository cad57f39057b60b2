import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

export interface SplitterProps {
  /** What it makes wider or narrower, in words. */
  label: string;
  /** Of the pane that it belongs to, CSS pixels. */
  size: number;
  min: number;
  max: number;
  /** Which side of the splitter that pane is on. */
  pane: 'before' | 'after';
  direction?: 'columns' | 'rows';
  /** null: back to the usual size. */
  onSize(size: number | null): void;
}

const step = 16;

/** The size that a key makes of it; undefined where the key is not the splitter's. */
export function sizeOfKey(
  { key, shift }: { key: string; shift: boolean },
  { size, min, max, pane, direction = 'columns' }: Omit<SplitterProps, 'label' | 'onSize'>,
): number | null | undefined {
  const clamp = (next: number) => Math.min(max, Math.max(min, next));
  const by = (shift ? 4 : 1) * step * (pane === 'before' ? 1 : -1);
  const [less, more] = direction === 'columns' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  if (key === less) return clamp(size - by);
  if (key === more) return clamp(size + by);
  if (key === 'Home') return min;
  if (key === 'End') return max;
  if (key === 'Enter') return null;
  return undefined;
}

/** The line between two panes: dragged, moved with the arrows, put back with a double click or Enter. */
export function Splitter(props: SplitterProps) {
  const { label, min, max, pane, direction = 'columns', onSize } = props;
  const size = Math.min(max, Math.max(min, props.size));
  const [drags, setDrags] = useState(false);
  const from = useRef({ at: 0, size: 0 });
  const place = (event: PointerEvent) => (direction === 'columns' ? event.clientX : event.clientY);
  const onPointerMove = (event: PointerEvent) => {
    if (!drags) return;
    const by = (place(event) - from.current.at) * (pane === 'before' ? 1 : -1);
    onSize(Math.min(max, Math.max(min, from.current.size + by)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = sizeOfKey({ key: event.key, shift: event.shiftKey }, { ...props, size });
    if (next === undefined) return;
    event.preventDefault();
    onSize(next);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this separator is a control
    <div
      role="separator"
      tabIndex={0}
      className={`splitter splitter--${direction} ${drags ? 'splitter--drags' : ''}`}
      aria-label={label}
      aria-orientation={direction === 'columns' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
        from.current = { at: place(event), size };
        setDrags(true);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => setDrags(false)}
      onPointerCancel={() => setDrags(false)}
      onDoubleClick={() => onSize(null)}
      onKeyDown={onKeyDown}
    />
  );
}
