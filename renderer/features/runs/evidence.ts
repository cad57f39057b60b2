import { type Translate, translateError } from '#renderer/i18n/index.ts';
import { formatAge, formatBytes, formatInteger, type Shape, type Tone } from '#renderer/ui/index.ts';
import type { Attempt, Evidence, RunState, RunSummary } from '#shared/domain/run.ts';

export interface RunDescription {
  tone: Tone;
  shape: Shape;
  /** The state in a word or two: "Running", "Not seen". */
  state: string;
  /** The whole sentence with its evidence: "Exit code 0, recorded on the box." */
  sentence: string;
  /** Its box is out of sight. Says nothing about the run itself. */
  unseen: boolean;
}

/** What is needed to describe: a run's summary has it, and an attempt with its machine's connection. */
export type Describable = Pick<RunSummary, 'state' | 'evidence' | 'seenAt' | 'machineConnection'> &
  Partial<Pick<RunSummary, 'step' | 'totalSteps' | 'moving'>>;

const looks: Record<RunState, [Tone, Shape]> = {
  queued: ['idle', 'ring'],
  preparing: ['accent', 'half'],
  starting: ['accent', 'half'],
  running: ['ok', 'filled'],
  stopping: ['warn', 'half'],
  succeeded: ['ok', 'tick'],
  failed: ['bad', 'cross'],
  stopped: ['idle', 'square'],
  lost: ['bad', 'dash'],
};

/** A heartbeat older than this is said to be old, though its machine is connected. */
const quietMs = 120_000;
const onItsBox: readonly RunState[] = ['starting', 'running', 'stopping'];

/** A run in words. "Cannot see" never becomes "dead": an unseen run is described by when it was last seen. */
export function describeRun(run: Describable, now: number, t: Translate): RunDescription {
  if (run.moving) return describeMoving(run, run.moving, now, t);
  const state = t(`runs.state.${run.state}`);
  const [tone, shape] = looks[run.state];
  if (run.evidence.kind === 'moved') {
    return {
      tone: 'idle',
      shape: 'arrow',
      state: t('runs.movedAway'),
      sentence: sentenceOf(run, now, t),
      unseen: false,
    };
  }
  if (onItsBox.includes(run.state) && run.machineConnection !== 'connected') {
    return {
      tone: 'unseen',
      shape: 'ring',
      state: t('runs.notSeen'),
      sentence: unseenSentence(run, now, t),
      unseen: true,
    };
  }
  return { tone, shape, state, sentence: `${sentenceOf(run, now, t)}${stepSuffix(run, t)}`, unseen: false };
}

/** On its way: where to and how far, then what is known of it where it is. Its box out of sight stays a hollow ring. */
function describeMoving(
  run: Describable,
  moving: NonNullable<RunSummary['moving']>,
  now: number,
  t: Translate,
): RunDescription {
  const still = describeRun({ ...run, moving: null }, now, t);
  const phase = t(`move.phase.${moving.phase}`);
  const going = t('runs.movingTo', { machine: moving.toMachineName, phase });
  // Between its stop there and its start here the newest attempt has ended: that is no news of the run.
  const rest = still.unseen || run.state === 'running' ? still.sentence : '';
  return {
    tone: still.unseen ? 'unseen' : 'accent',
    shape: still.unseen ? 'ring' : 'arrow',
    state: t('runs.moving'),
    sentence: rest === '' ? going : t('runs.movingAnd', { going, rest }),
    unseen: still.unseen,
  };
}

/** An attempt's evidence, on the machine whose connection is given. */
export function describeAttempt(attempt: Attempt, machineConnection: string, now: number, t: Translate) {
  return describeRun({ ...attempt, machineConnection }, now, t);
}

function unseenSentence(run: Describable, now: number, t: Translate): string {
  if (run.seenAt === null) return t('runs.neverSeen');
  const age = formatAge(run.seenAt, now);
  return typeof run.step === 'number'
    ? t('runs.lastSeenAtStep', { age, step: formatInteger(run.step) })
    : t('runs.lastSeen', { age });
}

function stepSuffix(run: Describable, t: Translate): string {
  if (run.state !== 'running' || typeof run.step !== 'number') return '';
  const step = formatInteger(run.step);
  return typeof run.totalSteps === 'number'
    ? t('runs.atStepOf', { step, total: formatInteger(run.totalSteps) })
    : t('runs.atStep', { step });
}

function sentenceOf(run: Describable, now: number, t: Translate): string {
  const { evidence } = run;
  switch (evidence.kind) {
    case 'queued':
      return queuedSentence(evidence, t);
    case 'launching':
      return launchingSentence(evidence, t);
    case 'heartbeat':
      return now - evidence.at > quietMs
        ? t('runs.heartbeatOld', { age: formatAge(evidence.at, now) })
        : t('runs.heartbeat', { age: formatAge(evidence.at, now) });
    case 'exit-record':
      return exitSentence(evidence, t);
    case 'rebooted':
      return t('runs.rebooted');
    case 'supervisor-gone':
      return evidence.trainerAlive ? t('runs.supervisorGoneAlive') : t('runs.supervisorGone');
    case 'user':
      return evidence.what === 'kill'
        ? t('runs.askedToKill', { who: evidence.who, age: formatAge(evidence.at, now) })
        : t('runs.askedToStop', { who: evidence.who, age: formatAge(evidence.at, now) });
    case 'moved':
      return t('runs.movedTo', { machine: evidence.toMachineName, age: formatAge(evidence.at, now) });
    case 'host-lost':
      return t('runs.hostLost', { who: evidence.who, age: formatAge(evidence.at, now) });
    case 'launch-failed':
      return t('runs.launchFailed', {
        why: translateError(evidence.error.code, evidence.error.params, evidence.error.message),
      });
  }
}

function queuedSentence(
  { position, reason, why }: Extract<Evidence, { kind: 'queued' }>,
  t: Translate,
): string {
  const place = position > 0 ? t('runs.queuedAt', { position }) : t('runs.queuedNext');
  if (reason === '') return place;
  // What an older version saved has no code.
  const said = why === undefined ? reason : translateError(why.code, why.params, why.message);
  return t('runs.queuedBecause', { place, reason: said });
}

function launchingSentence(evidence: Extract<Evidence, { kind: 'launching' }>, t: Translate): string {
  const step = t(`runs.launching.${evidence.step}`);
  if (evidence.total <= 0) return step;
  const amount = (value: number) => (evidence.unit === 'bytes' ? formatBytes(value) : formatInteger(value));
  return evidence.unit === 'files'
    ? t('runs.launchingFiles', { step, done: amount(evidence.done), total: amount(evidence.total) })
    : t('runs.launchingOf', { step, done: amount(evidence.done), total: amount(evidence.total) });
}

function exitSentence(evidence: Extract<Evidence, { kind: 'exit-record' }>, t: Translate): string {
  const what =
    evidence.signal !== null
      ? t('runs.endedBySignal', { signal: evidence.signal })
      : evidence.exitCode !== null
        ? t('runs.exitCode', { code: evidence.exitCode })
        : t('runs.exitUnknown');
  if (evidence.by === 'user') return t('runs.exitByUser', { what });
  if (evidence.by === 'timer') return t('runs.exitByTimer', { what });
  if (evidence.by === 'supervisor') return t('runs.exitBySupervisor', { what });
  return t('runs.exitRecorded', { what });
}
