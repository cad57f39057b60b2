const lookEveryMs = 5_000;
/** A clock that was set, or a busy moment, is no sleep; one that did no harm to find is not missed either. */
const sleptMs = 10_000;

export interface WakeOptions {
  /** Goes on while the computer sleeps. */
  wallClock?: () => number;
  /** Stands still while it sleeps. */
  monotonic?: () => number;
  every?: (ms: number, call: () => void) => () => void;
}

/** Calls back when the computer has slept: nobody tells a plain process, but its two clocks drift apart. Returns the end of it. */
export function onWake(listener: () => void, options: WakeOptions = {}): () => void {
  const {
    wallClock = Date.now,
    monotonic = () => performance.now(),
    every = (ms, call) => {
      const timer = setInterval(call, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  } = options;
  let apart = wallClock() - monotonic();
  return every(lookEveryMs, () => {
    const now = wallClock() - monotonic();
    const slept = now - apart;
    apart = now;
    if (slept > sleptMs) listener();
  });
}
