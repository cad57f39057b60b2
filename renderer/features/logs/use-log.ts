import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { LogModel, type LogState } from './log-model.ts';
import { runLogSource } from './log-source.ts';
import { endTop, isBefore, moveRow, type Row } from './rows.ts';

export interface LogPosition {
  model: LogModel;
  state: LogState;
  top: Row;
  following: boolean;
  /** Goes by rows; up lets go of the end, coming to the end takes hold of it again. */
  scrollBy(rows: number): void;
  /** Goes to the place around a byte. Resolves when it is shown. */
  jumpTo(offset: number, rowsAbove?: number): Promise<void>;
  follow(following: boolean): void;
}

/** More lines are asked for when the edge of what is loaded is this near. */
const nearLines = 80;

/** One attempt's log and where the reader is in it. `height` in rows, `columns` 0 where lines are not wrapped. */
export function useLog(runId: string, epoch: number, height: number, columns: number): LogPosition {
  const model = useMemo(() => new LogModel(runLogSource(runId, epoch)), [runId, epoch]);
  useEffect(() => {
    model.openEnd();
    return () => model.close();
  }, [model]);
  const state = useSyncExternalStore(model.subscribe, model.snapshot);
  const [top, setTop] = useState<Row>({ line: 0, part: 0 });
  const [following, setFollowing] = useState(true);
  const held = useRef({ top, following });
  held.current = { top, following };

  const place = (next: Row, follows: boolean) => {
    held.current = { top: next, following: follows };
    setTop(next);
    setFollowing(follows);
    model.setFollowing(follows);
  };

  // Before the paint: lines that came before the reader's move the position, so that nothing jumps.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what has changed in the model
  useLayoutEffect(() => {
    const shift = model.takeShift();
    const { top: before, following: follows } = held.current;
    if (follows && model.isAttached) setTop(endTop(state.lines, height, columns));
    else if (shift !== 0) setTop({ ...before, line: Math.max(0, before.line + shift) });
  }, [state.version, height, columns, model]);

  useEffect(() => {
    if (top.line < nearLines && !following) void model.loadBefore();
    if (!model.isAttached && top.line + height > state.lines.length - nearLines) void model.loadAfter();
  }, [top, height, state, model, following]);

  return {
    model,
    state,
    top,
    following,
    scrollBy(rows) {
      const { lines } = model.state;
      const end = endTop(lines, height, columns);
      const next = moveRow(lines, held.current.top, rows, columns);
      const atEnd = model.isAttached && !isBefore(next, end);
      place(atEnd ? end : next, rows > 0 ? atEnd : held.current.following && atEnd);
    },
    async jumpTo(offset, rowsAbove = 0) {
      place(held.current.top, false);
      const line = await model.goTo(offset);
      model.takeShift();
      const { lines } = model.state;
      place(moveRow(lines, { line, part: 0 }, -rowsAbove, columns), false);
    },
    follow(follows) {
      if (!follows) place(held.current.top, false);
      else if (model.isAttached) place(endTop(model.state.lines, height, columns), true);
      else {
        place({ line: 0, part: 0 }, true);
        model.openEnd();
      }
    },
  };
}
