/** How long things may take, ms. Tests hand in shorter ones; docs/moving.md gives the reasons. */
export interface Pace {
  /** An armed box stops the run this long after it last heard from us. */
  armMs: number;
  /** The armed stop is put off this often while we are connected. */
  renewMs: number;
  /** Added to every wait for an armed stop: two monotonic clocks do not tick alike, and ending takes a moment. */
  marginMs: number;
  /** One question to a box, at most. */
  callMs: number;
  /** Bringing code, set-up and bytes, at most, per try. */
  longCallMs: number;
  /** A copy that makes no progress for so long is begun again. */
  stallMs: number;
  /** From asking for a start until its process exists, per try. */
  startMs: number;
  /** Between two looks at something that is awaited, at first and at most. */
  lookMs: number;
  slowLookMs: number;
  /** Before the stop: a machine out of sight for longer than this ends the move, and the run goes on. */
  patienceBeforeMs: number;
  /** While the run stands still: then it is taken back to where it was. */
  patienceAfterMs: number;
  /** A trainer that was asked to save has this long. */
  saveMs: number;
  /** Its own next checkpoint has this long. */
  nextCheckpointMs: number;
  /** A run that was started has this long until it is seen to train. */
  confirmMs: number;
  /** A trainer that prints no steps is believed after its heart has beaten this long. */
  heartbeatAloneMs: number;
  /** A heartbeat older than this is not fresh. */
  freshMs: number;
  /** A run that was started anew at the source is watched this long for dying at once. */
  watchBackMs: number;
  /** A source that has ended by its armed stop is waited for this long before the move goes on without its last files. */
  lookForSourceMs: number;
  /** What the destination has saved is waited for this long, before the run goes back without it. */
  lookForDestinationMs: number;
  /** Rounds of copying ahead, and what is too little for another. */
  rounds: number;
  smallBytes: number;
}

const second = 1000;
const minute = 60 * second;

export const usualPace: Pace = {
  armMs: 2 * minute,
  renewMs: 20 * second,
  marginMs: 20 * second,
  callMs: 30 * second,
  longCallMs: 12 * 60 * minute,
  stallMs: 5 * minute,
  startMs: 5 * minute,
  lookMs: 100,
  slowLookMs: 2 * second,
  patienceBeforeMs: 30 * minute,
  patienceAfterMs: 10 * minute,
  saveMs: 30 * minute,
  nextCheckpointMs: 24 * 60 * minute,
  confirmMs: 30 * minute,
  heartbeatAloneMs: minute,
  freshMs: 20 * second,
  watchBackMs: 10 * second,
  lookForSourceMs: 2 * minute,
  lookForDestinationMs: 2 * minute,
  rounds: 5,
  smallBytes: 64 * 1024 * 1024,
};
