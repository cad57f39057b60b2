import type { KeyboardEvent, PointerEvent } from 'react';
import { useT } from '#renderer/i18n/index.ts';

/** Between two panes: sets how wide the right one is, by dragging or by the arrow keys. */
export function Splitter({
  percent,
  onPercent,
}: {
  /** Of the width, for the right pane. */
  percent: number;
  onPercent(percent: number): void;
}) {
  const t = useT();
  const set = (wanted: number) => onPercent(Math.round(Math.min(75, Math.max(25, wanted)) * 10) / 10);
  const startDrag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const grip = event.currentTarget;
    const around = grip.parentElement?.getBoundingClientRect();
    if (!around) return;
    grip.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) =>
      set(((around.right - moved.clientX) / Math.max(1, around.width)) * 100);
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be dragged or focused
    <div
      className="files__splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('files.splitter')}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={25}
      aria-valuemax={75}
      tabIndex={0}
      onPointerDown={startDrag}
      onDoubleClick={() => set(50)}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'ArrowLeft') set(percent + 2);
        else if (event.key === 'ArrowRight') set(percent - 2);
        else return;
        event.preventDefault();
      }}
    />
  );
}
