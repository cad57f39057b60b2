import { formatRange } from '#renderer/features/figures/index.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  formatBytes,
  formatInteger,
  type Shape,
  StatusDot,
  type Tone,
  toast,
} from '#renderer/ui/index.ts';
import type { FitReport, FitVerdict, Remedy } from '#shared/domain/fit.ts';
import type { Setup } from '#shared/domain/workload.ts';

/** The shape says what the colour says. */
export const marks: Record<FitVerdict, { tone: Tone; shape: Shape }> = {
  fits: { tone: 'ok', shape: 'tick' },
  tight: { tone: 'warn', shape: 'half' },
  no: { tone: 'bad', shape: 'cross' },
};

/** Whether it fits, in one sentence. */
export function Verdict({ report }: { report: FitReport }) {
  const t = useT();
  const { verdict, need, availableBytes, largestMicroBatch, accelerator, gpus, setup } = report;
  return (
    <div className="fit__verdict" role="status">
      <h2>
        <StatusDot {...marks[verdict]} />{' '}
        {t(`fit.verdict.${verdict}`, { gpus: formatInteger(gpus), name: accelerator })}
      </h2>
      <p className="soft num">
        {t('fit.needed', {
          need: formatRange(need.total.lowBytes, need.total.highBytes, 'bytes'),
          there: formatBytes(availableBytes),
        })}
        {t('ui.gap')}
        {largestMicroBatch === 0
          ? t(setup.kind === 'training' ? 'fit.noMicroBatch' : 'fit.noBatch')
          : t(setup.kind === 'training' ? 'fit.largest' : 'fit.largestBatch', {
              n: formatInteger(largestMicroBatch),
            })}
      </p>
      {need.host.highBytes > 0 ? (
        <p className="soft num">
          {t('fit.host', { need: formatRange(need.host.lowBytes, need.host.highBytes, 'bytes') })}
        </p>
      ) : null}
    </div>
  );
}

/** What would make it fit: each applies itself, and can be taken back. */
export function Remedies({
  remedies,
  onApply,
}: {
  remedies: readonly Remedy[];
  onApply(change: { setup: Setup; gpus: number }): () => void;
}) {
  const t = useT();
  if (remedies.length === 0) return null;
  const apply = (remedy: Remedy, text: string) => {
    const undo = onApply(remedy);
    toast('info', t('fit.applied', { what: text }), { actions: [{ label: t('fit.undo'), run: undo }] });
  };
  return (
    <section className="fit__block">
      <h3>{t('fit.remedies')}</h3>
      <ul className="fit__remedies">
        {remedies.map((remedy) => {
          const text = [remedy.reason, ...remedy.also]
            .map(({ code, params, message }) => translateError(code, params, message))
            .join(t('ui.gap'));
          return (
            <li key={text}>
              <StatusDot {...marks[remedy.verdict]} label={t(`fit.becomes.${remedy.verdict}`)} />
              <span className="fit__remedy-text">{text}</span>
              <span className="quiet num">
                {formatRange(remedy.total.lowBytes, remedy.total.highBytes, 'bytes')}
              </span>
              <Button
                small
                aria-label={t('fit.applyNamed', { what: text })}
                onClick={() => apply(remedy, text)}
              >
                {t('fit.apply')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Warnings({ report }: { report: FitReport }) {
  const t = useT();
  // What was guessed of the model stands beside the model.
  const noted = new Set((report.model.notes ?? []).map(({ message }) => message));
  const warnings = report.warnings.filter(({ message }) => !noted.has(message));
  if (warnings.length === 0) return null;
  return (
    <section className="fit__block" aria-label={t('fit.warnings')}>
      <ul className="fit__warnings">
        {warnings.map(({ code, params, message }) => (
          <li key={message}>
            <StatusDot tone="warn" shape="half" />
            <span>{translateError(code, params, message)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
