import { formatCompact } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import type { Setup } from '#shared/domain/workload.ts';
import { AmountField } from './amount-field.tsx';
import { usualTokens } from './question.ts';

/** How much is computed: trained on, or written. */
export function TokensField({
  kind,
  tokens,
  onTokens,
}: {
  kind: Setup['kind'];
  /** Null: nobody has said; the usual amount is shown. */
  tokens: number | null;
  onTokens(tokens: number): void;
}) {
  const t = useT();
  return (
    <AmountField
      label={t(kind === 'training' ? 'fit.tokens' : 'fit.tokensWritten')}
      value={tokens ?? usualTokens}
      steps={[1e6, 1e7, 1e8, 3e8, 1e9, 3e9, 1e10, 3e10, 1e11, 3e11, 1e12, 3e12, 1.5e13]}
      most={1e16}
      whole={false}
      format={formatCompact}
      onValue={onTokens}
    />
  );
}
