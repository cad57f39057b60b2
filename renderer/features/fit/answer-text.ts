import { figureText, formatRange } from '#renderer/features/figures/index.ts';
import { t, translateError } from '#renderer/i18n/index.ts';
import { formatBytes, formatInteger } from '#renderer/ui/index.ts';
import type { Answer } from './answer.ts';

/** What the page says, as lines of text: the verdict, every number with what went into it, what would help. */
export function answerText({ report, time }: Answer): string {
  const { verdict, accelerator, gpus, need, availableBytes, remedies, warnings, model } = report;
  const said = (
    reasons: readonly { code: string; params: Record<string, string | number>; message: string }[],
  ) => reasons.map(({ code, params, message }) => `- ${translateError(code, params, message)}`);
  return [
    `${model.name}: ${t(`fit.verdict.${verdict}`, { gpus: formatInteger(gpus), name: accelerator })}`,
    t('fit.needed', {
      need: formatRange(need.total.lowBytes, need.total.highBytes, 'bytes'),
      there: formatBytes(availableBytes),
    }),
    '',
    figureText(need.figure),
    ...(time ? ['', figureText(time.figure)] : []),
    ...(remedies.length > 0 ? ['', t('fit.remedies'), ...said(remedies.map(({ reason }) => reason))] : []),
    ...(warnings.length > 0 ? ['', t('fit.warnings'), ...said(warnings)] : []),
  ].join('\n');
}

/** For programs: the question and the whole answer. */
export const answerJson = ({ report, time }: Answer, tokens: number | null): string =>
  JSON.stringify({ ...report, tokens, time }, null, 2);
