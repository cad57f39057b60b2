import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import type { Run } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { learnRuns } from '../run-store.ts';

export interface OpenRun {
  run: Run | null;
  /** Deleted, or never there. */
  gone: boolean;
  error: unknown;
}

/** A run with its attempts, loaded again whenever the backend says that it changed. */
export function useOpenRun(runId: string): OpenRun & { retry(): void } {
  const [open, setOpen] = useState<OpenRun>({ run: null, gone: false, error: null });
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is another try
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const load = async () => {
      try {
        const run = await rpc().runs.get({ runId }, { signal: abort.signal });
        if (abort.signal.aborted) return;
        learnRuns([run]);
        setOpen({ run, gone: false, error: null });
      } catch (thrown) {
        if (abort.signal.aborted) return;
        const error = TrainyardError.from(thrown);
        const gone = /(UNKNOWN|NOT_FOUND|INPUT_INVALID)/.test(error.code);
        setOpen((before) => ({ ...before, gone, error: gone ? null : error }));
      }
    };
    // Heartbeats change a run often; its attempts need not be asked for each time.
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = null;
        void load();
      }, 400);
    };
    void load();
    const leave = takePart({
      reload: load,
      apply(event) {
        if (event.type === 'run.removed' && event.runId === runId) {
          setOpen({ run: null, gone: true, error: null });
        } else if (event.type === 'run.changed' && event.run.id === runId) {
          // What a summary says is shown at once.
          setOpen((before) => (before.run ? { ...before, run: { ...before.run, ...event.run } } : before));
          soon();
        }
      },
    });
    return () => {
      abort.abort();
      leave();
      if (timer !== null) clearTimeout(timer);
    };
  }, [runId, asked]);
  return { ...open, retry: () => setAsked((before) => before + 1) };
}
