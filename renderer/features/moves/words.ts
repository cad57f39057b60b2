import type { Translate } from '#renderer/i18n/index.ts';
import {
  formatBytes,
  formatDuration,
  formatInteger,
  formatPercent,
  type Shape,
  type Tone,
} from '#renderer/ui/index.ts';
import type { CopyProgress } from '#shared/domain/copy.ts';
import type { Migration, MigrationPlan } from '#shared/domain/migration.ts';
import { copiedShare } from './phases.ts';
import { said } from './said.ts';

/** "24 s", or "24 s to 40 s" where it is not certain. */
export function rangeText({ low, high }: { low: number; high: number }, t: Translate): string {
  const from = formatDuration(low);
  const to = formatDuration(high);
  return from === to ? from : t('move.range', { low: from, high: to });
}

/** A time that is compared with others: tenths of seconds below a minute. */
export const shortTime = (ms: number, t: Translate): string =>
  ms >= 1000 && ms < 59_950 ? t('ui.forSeconds', { n: (ms / 1000).toFixed(1) }) : formatDuration(ms);

export const rateText = (bytesPerSecond: number, t: Translate): string =>
  t('move.perSecond', { bytes: formatBytes(bytesPerSecond) });

/** "11.2 GiB of 18.4 GiB, 212 MiB/s, 34 s left": what a copy says of itself. */
export function progressText(progress: CopyProgress, t: Translate): string {
  const { doneBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
  return [
    totalBytes > 0
      ? t('move.bytesOf', { done: formatBytes(doneBytes), total: formatBytes(totalBytes) })
      : formatBytes(doneBytes),
    bytesPerSecond > 0 ? rateText(bytesPerSecond, t) : '',
    remainingMs === null ? '' : t('move.left', { time: formatDuration(remainingMs) }),
  ]
    .filter(Boolean)
    .join(t('ui.comma'));
}

/** In a few words, for a list: "copying, 61 %". */
export function shortProgress(move: Migration, t: Translate): string {
  const phase = t(`move.phase.${move.phase}`);
  const share = copiedShare(move);
  return share === null ? phase : t('move.phaseShare', { phase, percent: formatPercent(share * 100) });
}

/** What cancelling would do now, as a sentence; '' where it cannot be cancelled. */
export const cancelText = (move: Migration, t: Translate): string =>
  move.cancelConsequence === null
    ? t('move.cancelTooLate')
    : t(`move.cancel.${move.cancelConsequence}`, { machine: move.from.machineName });

export const lookOfEnd = (move: Migration): { tone: Tone; shape: Shape } =>
  move.phase === 'committed' ? { tone: 'ok', shape: 'tick' } : { tone: 'warn', shape: 'dash' };

/** Why somebody or something had it moved. */
export function reasonText({ reason }: Migration, t: Translate): string {
  const why = reason.why ? said(reason.why) : '';
  const by = t(`move.reason.${reason.kind}`, { who: reason.who });
  return why === '' ? by : t('move.reasonWhy', { by, why });
}

/** What a mode costs, as far as the plan for it says: its name alone says what is done. */
export function costText(
  { mode, possible, why }: MigrationPlan['modes'][number],
  estimate: MigrationPlan['estimate'],
  t: Translate,
): string {
  if (!possible) return why ? said(why) : t('move.modeImpossible');
  if (mode !== 'last') return t(`move.modeCost.${mode}`);
  const lost = estimate?.lostSteps ?? null;
  return lost === null
    ? t('move.modeCost.last')
    : t('move.lastCosts', { count: lost, steps: formatInteger(lost) });
}
