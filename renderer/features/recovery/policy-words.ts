import type { Translate } from '#renderer/i18n/index.ts';
import { formatDuration, formatInteger } from '#renderer/ui/index.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';

/** A policy in sentences: on what, how often, where to, by whom. */
export function policySentences(policy: RecoverySpec, t: Translate): string[] {
  const causes = policy.on.map((cause) => t(`recovery.on.${cause}`)).join(t('recovery.comma'));
  const to = policy.to;
  return [
    policy.on.length === 0 ? t('recovery.onNothing') : t('recovery.restartsOn', { causes }),
    t('recovery.atMost', { count: policy.max, n: formatInteger(policy.max) }),
    policy.backoffMs > 0 ? t('recovery.waits', { time: formatDuration(policy.backoffMs) }) : '',
    policy.exitCodes.length > 0 ? t('recovery.onlyCodes', { codes: policy.exitCodes.join(', ') }) : '',
    Array.isArray(to)
      ? t('recovery.toList', { machines: to.join(t('recovery.comma')) })
      : t(`recovery.to.${to}`),
    t(policy.ask ? 'recovery.asksFirst' : 'recovery.acts'),
  ].filter(Boolean);
}

export const defaultRecovery: RecoverySpec = {
  on: ['preemption', 'crash', 'reboot', 'host-lost'],
  max: 3,
  backoffMs: 30_000,
  exitCodes: [],
  to: 'same',
  ask: false,
};

/** The text of a form's field of numbers as numbers; null where one is none. */
export function readCodes(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const codes = parts.map(Number);
  return codes.every((code) => Number.isInteger(code) && code >= 1 && code <= 255) ? codes : null;
}
