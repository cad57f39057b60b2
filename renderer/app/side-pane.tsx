import type { CSSProperties } from 'react';
import { Splitter } from '#renderer/ui/index.ts';
import { setPane, useArrangement } from './layout-store.ts';

/** A pane at the right of a grid whose second column is `var(--side, …)`: as wide as somebody has made it. */
export function useSideWidth(name: string): CSSProperties {
  const size = useArrangement(({ panes }) => panes[name]);
  return size === undefined ? {} : ({ '--side': `${size}px` } as CSSProperties);
}

/** The line before that pane. `usual`: its width where nobody has changed it, in a wide window and in a narrow one. */
export function SideSplitter({
  name,
  label,
  usual,
  min,
  max,
}: {
  name: string;
  label: string;
  usual: readonly [wide: number, narrow: number];
  min: number;
  max: number;
}) {
  const size = useArrangement(({ panes }) => panes[name]);
  return (
    <div className="sidesplit">
      <Splitter
        label={label}
        size={size ?? usual[window.innerWidth <= 1100 ? 1 : 0]}
        min={min}
        max={Math.min(max, Math.round(window.innerWidth * 0.6))}
        pane="after"
        onSize={(next) => setPane(name, next)}
      />
    </div>
  );
}
