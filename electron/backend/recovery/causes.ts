import type { Diagnosis, RecoveryCause, RecoverySpec } from '#shared/domain/recovery.ts';
import type { Attempt } from '#shared/domain/run.ts';

export interface Clues {
  /** The user had asked for this attempt to be stopped. */
  stopAsked: boolean;
  /** Null: its log was not looked at (yet). */
  diagnosis: Diagnosis | null;
  /** The box's kernel says that it killed something for want of memory right then. */
  kernelKilled: boolean;
}

/**
 * What an attempt's end may count as, the likelier first; empty: nothing that is ever made good. Only evidence speaks:
 * an exit record, another boot, a free lock with nobody alive, the user's word. A machine that is merely not seen leaves
 * the attempt as it was, so it never comes here.
 */
export function causesOf(attempt: Attempt, policy: RecoverySpec, clues: Clues): RecoveryCause[] {
  if (clues.stopAsked) return [];
  const { evidence, state } = attempt;
  if (state !== 'failed' && state !== 'lost') return [];
  switch (evidence.kind) {
    case 'rebooted':
      return ['reboot'];
    case 'host-lost':
      return ['host-lost'];
    case 'supervisor-gone':
      // Trainer and supervisor are gone without a word: only KILL from outside does that, to all of a session or a control group.
      return evidence.trainerAlive ? [] : ['preemption', 'crash'];
    case 'exit-record':
      return evidence.by === 'itself' ? ofExit(evidence.exitCode, evidence.signal, policy, clues) : [];
    default:
      return [];
  }
}

/**
 * TERM that nobody here sent is how schedulers and clouds take a machine back: preemption, whether the trainer dies of it
 * (signal TERM) or saves and leaves (143, what shells say of TERM). KILL is what follows when it does not leave, but also
 * how Linux frees memory: with a word of that in the log or from the kernel it is a crash; without one it may be either,
 * and counts as whichever the policy makes good.
 */
function ofExit(
  code: number | null,
  signal: string | null,
  { exitCodes }: RecoverySpec,
  { diagnosis, kernelKilled }: Clues,
): RecoveryCause[] {
  const isCrash = signal !== null || (code !== null && code !== 0 && listed(code, exitCodes));
  const crash: RecoveryCause[] = isCrash ? ['crash'] : [];
  if (signal === 'TERM') return ['preemption'];
  if (code === 143) return exitCodes.includes(143) ? ['preemption', 'crash'] : ['preemption'];
  if (signal === 'KILL' || code === 137) {
    const said =
      diagnosis?.guess === 'out-of-memory' && diagnosis.line !== '' && !bareKilled.test(diagnosis.line);
    const outOfMemory = kernelKilled || said;
    return outOfMemory ? crash : ['preemption', ...crash];
  }
  return crash;
}

/** What a shell prints of a child that was killed, by whomever. */
export const bareKilled = /^(\S+: line \d+:\s*)?(\d+\s+)?Killed\b/;

const listed = (code: number, codes: readonly number[]): boolean =>
  codes.length === 0 || codes.includes(code);

/** The cause that the policy makes good; null: none of them. */
export const coveredCause = (causes: readonly RecoveryCause[], policy: RecoverySpec): RecoveryCause | null =>
  causes.find((cause) => policy.on.includes(cause)) ?? null;

/** A kernel's lines as `dmesg` prints them ("[12345.678] Out of memory: Killed process 99 (python3)"). */
const killLine =
  /^(?:<\d+>)?\[\s*(\d+(?:\.\d+)?)\]\s.*(Out of memory: Kill|oom-kill:|Memory cgroup out of memory)/;
const nearSeconds = 60;

/** Whether the kernel killed for want of memory within a minute of the end, by the box's own uptime. */
export function kernelKilledThen(dmesg: string, uptimeSeconds: number, endedAgoMs: number): boolean {
  const endedAt = uptimeSeconds - endedAgoMs / 1000;
  return dmesg.split('\n').some((line) => {
    const at = killLine.exec(line.slice(0, 1000))?.[1];
    return at !== undefined && Math.abs(Number(at) - endedAt) <= nearSeconds;
  });
}
