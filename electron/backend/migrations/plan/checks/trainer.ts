import { because, becauseOf } from '#shared/domain/because.ts';
import type { CopyPath } from '#shared/domain/copy.ts';
import type { MigrationCheck } from '#shared/domain/migration.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import type { MoveFacts } from '../facts.ts';
import { bytesInWords, fail, type Mode, pass, type SentenceCode, say, warn } from '../sentences.ts';

/** How the trainer is told to go on. */
export function resumeChecks({ run, untold, to }: MoveFacts): MigrationCheck[] {
  const how = run.spec.checkpoint?.resume ?? {};
  if (untold !== null) {
    const argument = how.argument ?? '';
    return [fail('CHECK_RESUME_UNSURE', { argument, ...because('why', untold) }, 'DO_RESUME_VARIABLE')];
  }
  const isTold = how.argument !== undefined || how.env !== undefined || how.command !== undefined;
  if (isTold) return [pass('CHECK_RESUME')];
  if (run.spec.checkpoint === null) return [];
  const { path } = run.spec.checkpoint;
  // Nothing is removed outside the run's own directory: others may have theirs there.
  const isOutside = path.startsWith('/') || path.startsWith('~/');
  return [
    warn('CHECK_RESUME_OWN', {}, null),
    ...(isOutside ? [warn('CHECK_CHECKPOINTS_OUTSIDE', { path, to: to.name }, 'DO_TELL_RESUME')] : []),
  ];
}

const modeSentences = {
  request: 'CHECK_MODE_REQUEST',
  next: 'CHECK_MODE_NEXT',
  last: 'CHECK_MODE_LAST',
} as const satisfies Record<Mode['mode'], SentenceCode>;

/** What would make each obstacle go away. */
const remedies: Readonly<Record<string, SentenceCode>> = {
  MODE_NEEDS_PATH: 'DO_SAY_PATH',
  MODE_NEEDS_REQUEST: 'DO_SAY_REQUEST',
  MODE_NO_HANDLER: 'DO_HANDLE_SIGNAL',
  MODE_NOT_KNOWN: 'DO_HANDLE_SIGNAL',
  MODE_NO_RHYTHM: 'DO_AWAIT_CHECKPOINT',
  MODE_NO_CHECKPOINT: 'DO_AWAIT_CHECKPOINT',
  MODE_CHECKPOINTS_UNSEEN: 'DO_LOOK_AGAIN',
};

export function modeCheck({ mode, possible, why }: Mode): MigrationCheck {
  if (possible) return pass(modeSentences[mode]);
  const remedy = remedies[why?.code ?? ''] ?? 'DO_CHOOSE_OTHER';
  return {
    ...fail('CHECK_MODE_IMPOSSIBLE', why ? because('why', why) : { why: '' }, remedy),
    remedy: say(remedy, why?.params ?? {}),
  };
}

/** The way that would be taken; null: none. */
export function chosenPath({ paths, asked }: Pick<MoveFacts, 'paths' | 'asked'>): CopyPath | null {
  if (!paths.ok) return null;
  const usable = paths.value.filter((path) => path.usable);
  return (
    usable.find(({ kind }) => kind === asked.path) ?? (asked.path === undefined ? (usable[0] ?? null) : null)
  );
}

export function pathChecks(facts: MoveFacts): MigrationCheck[] {
  const { paths, asked, from, to } = facts;
  // Said already.
  if (from.unreachable !== null || to.unreachable !== null || from.id === to.id) return [];
  const chosen = chosenPath(facts);
  if (chosen !== null) {
    const rate = chosen.bytesPerSecond === null ? '?' : bytesInWords(chosen.bytesPerSecond);
    return [pass('CHECK_WAY', { ...because('way', wordOf('WAY', chosen.kind)), rate })];
  }
  const machines = { from: from.name, to: to.name };
  if (!paths.ok) return [fail('CHECK_NO_WAY', { ...machines, ...because('why', paths.why) }, 'DO_OPEN_WAY')];
  const other = paths.value.some(({ usable }) => usable);
  const whys = paths.value
    .filter(({ kind }) => asked.path === undefined || kind === asked.path)
    .flatMap((path) => path.why ?? []);
  const why = becauseOf('why', whys);
  return [
    other
      ? fail('CHECK_WAY_OTHER', why, 'DO_ANY_WAY')
      : fail('CHECK_NO_WAY', { ...machines, ...why }, 'DO_OPEN_WAY'),
  ];
}
