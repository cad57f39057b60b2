import type { Translate } from '#renderer/i18n/index.ts';

/**
 * Why a run waits, in the language of the page. The backend says it in English; its sentences are known here, and one that
 * is not is shown as it came.
 */
export function queueReason(reason: string, t: Translate): string {
  if (reason === 'the machine has not been looked at yet') return t('runs.wait.notLooked');
  if (reason === 'its turn is being looked up') return t('runs.wait.lookedUp');
  if (reason === 'Trainyard was restarted') return t('runs.wait.restarted');
  // What follows says why in English; the machine's own page says it in the language of the page.
  if (/^the machine is not connected\b/.test(reason)) return t('runs.wait.notConnected');
  const before = /^a run before it waits for the same accelerators \((.+)\)$/.exec(reason)?.[1];
  if (before !== undefined) return t('runs.wait.before', { wanted: before });
  const held = /^waiting for (.+); held by (.+)$/.exec(reason);
  if (held) return t('runs.wait.held', { wanted: held[1] ?? '', holders: holders(held[2] ?? '', t) });
  return reason;
}

const holders = (text: string, t: Translate): string =>
  text
    .replace(/\brun "([^"]*)"/g, (_, name: string) => t('runs.wait.byRun', { name }))
    .replace(/\banother run\b/g, () => t('runs.wait.byAnother'))
    .replace(/\ba process\b/g, () => t('runs.wait.byProcess'));
