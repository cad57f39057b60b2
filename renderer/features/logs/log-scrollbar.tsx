import { type PointerEvent, useRef } from 'react';

/** Stands for the whole log by bytes. Decoration for the pointer: the keyboard has its own ways, so it is hidden from readers. */
export function LogScrollbar({
  height,
  share,
  at,
  onSeek,
}: {
  height: number;
  /** How much of the log is in view, 0–1. */
  share: number;
  /** Where the view is, 0 (start) – 1 (end). */
  at: number;
  onSeek(at: number): void;
}) {
  const grabbed = useRef<number | null>(null);
  const thumb = Math.min(height, Math.max(28, height * share));
  const room = height - thumb;
  if (share >= 1 || height === 0) return null;
  const seek = (event: PointerEvent<HTMLElement>) => {
    const { top } = event.currentTarget.getBoundingClientRect();
    const to = (event.clientY - top - (grabbed.current ?? thumb / 2)) / Math.max(1, room);
    onSeek(Math.min(1, Math.max(0, to)));
  };
  return (
    <div
      className="log__bar"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const { top } = event.currentTarget.getBoundingClientRect();
        const within = event.clientY - top - at * room;
        grabbed.current = within >= 0 && within <= thumb ? within : thumb / 2;
        seek(event);
      }}
      onPointerMove={(event) => {
        if (grabbed.current !== null) seek(event);
      }}
      onPointerUp={() => {
        grabbed.current = null;
      }}
      onPointerCancel={() => {
        grabbed.current = null;
      }}
    >
      <div className="log__thumb" style={{ height: thumb, transform: `translateY(${at * room}px)` }} />
    </div>
  );
}
