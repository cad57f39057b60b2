import { useMemo, useState } from 'react';
import { formatRange } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, compareNames, formatBytes, StatusDot } from '#renderer/ui/index.ts';
import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import type { ModelShape, Setup } from '#shared/domain/workload.ts';
import { compareKinds } from './answer.ts';
import { marks } from './verdict.tsx';

const counts = [1, 2, 4, 8, 16, 32] as const;
/** Shown before somebody asks for all. */
const usuallyShown = 12;

/** Which GPUs hold it, and how many it takes of each; choosing a cell chooses those. */
export function Comparison({
  model,
  setup,
  kinds,
  chosen,
  onChoose,
}: {
  model: ModelShape;
  setup: Setup;
  kinds: readonly AcceleratorModel[];
  chosen: { on: string; gpus: number };
  onChoose(on: string, gpus: number): void;
}) {
  const t = useT();
  const [all, setAll] = useState(false);
  const ordered = useMemo(
    () => [...kinds].sort((a, b) => b.memoryGiB - a.memoryGiB || compareNames(a.name, b.name)),
    [kinds],
  );
  const shown = useMemo(() => {
    const first = ordered.slice(0, usuallyShown);
    const own = ordered.find(({ name }) => name === chosen.on);
    return all || !own || first.includes(own) ? (all ? ordered : first) : [...first.slice(0, -1), own];
  }, [ordered, all, chosen.on]);
  const compared = useMemo(() => compareKinds({ model, setup }, shown, counts), [model, setup, shown]);
  return (
    <section className="fit__block">
      <h3>{t('fit.compare')}</h3>
      <table className="plain-table fit__compare">
        <thead>
          <tr>
            <th scope="col">{t('fit.gpu')}</th>
            {counts.map((count) => (
              <th key={count} scope="col">
                × {count}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {compared.map(({ accelerator, fits }) => (
            <tr key={accelerator.name}>
              <th scope="row">
                {accelerator.name}{' '}
                <span className="quiet num">{formatBytes(accelerator.memoryGiB * 1024 ** 3)}</span>
              </th>
              {fits.map((fit, index) => {
                const gpus = counts[index] ?? 1;
                const is = accelerator.name === chosen.on && gpus === chosen.gpus;
                if (fit === null)
                  return (
                    <td key={gpus} className="quiet">
                      –
                    </td>
                  );
                const need = formatRange(fit.lowBytes, fit.highBytes, 'bytes');
                return (
                  <td key={gpus}>
                    <button
                      type="button"
                      className="fit__cell"
                      aria-pressed={is}
                      title={need}
                      onClick={() => onChoose(accelerator.name, gpus)}
                    >
                      <span className="hidden-visually">
                        {t('fit.cell', {
                          gpus,
                          name: accelerator.name,
                          verdict: t(`fit.becomes.${fit.verdict}`),
                        })}
                      </span>
                      <StatusDot {...marks[fit.verdict]} />
                      <span className="num quiet">{Math.round(fit.highBytes / 1024 ** 3)}</span>
                      <span className="hidden-visually"> GiB</span>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t('fit.compareHint')}</p>
      {ordered.length > usuallyShown ? (
        <Button small look="quiet" className="fit__more" onClick={() => setAll(!all)}>
          {all ? t('fit.fewer') : t('fit.all', { n: ordered.length })}
        </Button>
      ) : null}
    </section>
  );
}
