import { randomBytes } from 'node:crypto';
import type { Clock } from '#backend/clock.ts';
import type { RunsPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Inventory } from '#shared/domain/machine.ts';
import { parseProbe } from './parse.ts';

export interface ProbeOptions {
  /** The text of resources/remote/probe.sh. */
  script: string;
  clock: Clock;
  /** `light` asks only what changes by the minute, on top of `previous`. */
  mode?: 'full' | 'light';
  previous?: Inventory | null;
  signal?: AbortSignal;
  /** For each command on the box that may hang. Default 15. */
  commandSeconds?: number;
}

/** Many sections may be slow, few are at once; and behind it all stands a box that answers nothing at all. */
const timeoutMs = 120_000;
const maxOutputBytes = 2 * 1024 * 1024;

/**
 * One round trip to the box. Rejects with PROBE_NOT_UNDERSTOOD when the answer is none of our probe's (no POSIX sh over
 * there, a forced command …), with OUTPUT_TOO_LARGE, COMMAND_TIMED_OUT, CANCELLED, or the connection's own error.
 */
export async function askBox(programs: RunsPrograms, options: ProbeOptions): Promise<Inventory> {
  const { script, clock, mode = 'full', previous = null, signal, commandSeconds = 15 } = options;
  const nonce = `probe-${randomBytes(9).toString('hex')}`;
  const sentAt = clock.now();
  const started = clock.elapsed();
  const result = await programs.exec(
    { script, args: [nonce, mode, String(commandSeconds)] },
    { timeoutMs, maxOutputBytes, ...(signal && { signal }) },
  );
  const inventory = parseProbe(
    {
      output: result.stdout,
      nonce,
      sentAt,
      receivedAt: clock.now(),
      tookMs: Math.round(clock.elapsed() - started),
    },
    mode === 'light' ? previous : null,
  );
  if (inventory) return inventory;
  throw new TrainyardError(
    'PROBE_NOT_UNDERSTOOD',
    'The machine did not answer like a Unix system: its shell may be restricted to certain commands, or it is no Unix at all.',
    { details: result.stdout.subarray(0, 500).toString() + result.stderr.subarray(0, 500).toString() },
  );
}
