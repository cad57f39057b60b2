import { figureText } from '#renderer/features/figures/index.ts';
import { type Translate, translated, useT } from '#renderer/i18n/index.ts';
import {
  formatBytes,
  formatDate,
  formatDateTime,
  formatDuration,
  formatInteger,
  formatMoney,
  formatValue,
} from '#renderer/ui/index.ts';
import type { Alternative, Placement } from '#shared/domain/plan.ts';
import type { PlaceContent } from '#shared/planner/plan-file.ts';
import { Scatter } from '../one/scatter.tsx';
import { hardware, kindWord, sentence, whereabouts } from '../words.ts';
import { PaperFacts } from './paper-facts.tsx';

/** One run's plan on paper: what was asked and assumed, the recommendation, every alternative. */
export function PlacePaper({ content: { answer } }: { content: PlaceContent }) {
  const t = useT();
  const { alternatives, recommended, at, excludedBy, judged } = answer;
  const best = recommended === null ? undefined : alternatives[recommended];
  return (
    <>
      <h2>{t('plan.asked')}</h2>
      <PaperFacts facts={askedOf(answer, t)} />
      <h2>{t('plan.answer')}</h2>
      {best ? <Best one={best} /> : <p>{answer.summary.map(sentence).join(' ')}</p>}
      <div className="paper__chart">
        <Scatter alternatives={alternatives} chosen={recommended} onChoose={() => undefined} />
      </div>
      <h2>{t('plan.alternatives')}</h2>
      <AlternativesTable alternatives={alternatives} />
      <p className="soft">
        {t('plan.leftOutOf', {
          count: formatInteger(excludedBy.reduce((sum, { count }) => sum + count, 0)),
          all: formatInteger(judged),
        })}
        {excludedBy.length > 0
          ? `: ${excludedBy
              .map(({ code, count }) => `${translated(`plan.by.${code}`, code)} ${formatInteger(count)}`)
              .join(', ')}`
          : ''}
        . {t('plan.judgedAt', { when: formatDateTime(at) })}
      </p>
      {best?.costFigure && best.timeFigure ? (
        <>
          <h2>{t('plan.howComputed')}</h2>
          <pre className="paper__text">{`${figureText(best.costFigure)}\n\n${figureText(best.timeFigure)}`}</pre>
        </>
      ) : null}
    </>
  );
}

function Best({ one }: { one: Alternative }) {
  const t = useT();
  const { costMicros, durationMs } = one;
  const range = (low: string, high: string) => t('plan.range', { low, high });
  return (
    <>
      <PaperFacts
        facts={[
          [t('plan.recommended'), one.place.title],
          [t('plan.hardware'), `${hardware(one.place, t)}, ${kindWord(one.place.kind, t)}`],
          [t('plan.where'), whereabouts(one.place)],
          [
            t('plan.cost'),
            costMicros
              ? `${formatMoney(costMicros.p50)} (${range(formatMoney(costMicros.p10), formatMoney(costMicros.p90))})`
              : '–',
          ],
          [
            t('plan.time'),
            durationMs
              ? `${formatDuration(durationMs.p50)} (${range(formatDuration(durationMs.p10), formatDuration(durationMs.p90))})`
              : '–',
          ],
          [t('plan.priceAge'), one.pricedAt === null ? t('plan.ownCosts') : formatDate(one.pricedAt)],
        ]}
      />
      <p>{one.reasons.map(sentence).join(' ')}</p>
    </>
  );
}

/** What was asked and what was taken for granted; what was not said is left out. */
function askedOf({ demand, limits }: Placement, t: Translate): [string, string][] {
  const { data, duration, tokens } = demand;
  const work = duration
    ? `${formatDuration(duration.ms)}, ${duration.gpus} × ${duration.accelerator}`
    : tokens === null
      ? '–'
      : t('plan.tokensN', { n: formatValue(tokens / 1e9) });
  const method = demand.setup?.kind === 'training' ? demand.setup.method : null;
  const spot = { never: 'plan.spotNever', allowed: 'plan.spotAllowed', only: 'plan.spotOnly' } as const;
  return [
    [t('plan.run'), demand.name],
    [
      t('plan.hardware'),
      demand.accelerators.map(({ name, count }) => `${count} × ${name}`).join(', ') ||
        t('plan.gpusAnyOf', { counts: demand.gpuCounts.join(', ') }),
    ],
    [
      t('plan.model'),
      demand.model ? `${demand.model.name}${method ? `, ${t(`plan.method.${method}`)}` : ''}` : '–',
    ],
    [t('plan.work'), work],
    [t('plan.deadline'), limits.deadlineAt === null ? '–' : formatDateTime(limits.deadlineAt)],
    [t('plan.budget'), limits.budgetMicros === null ? '–' : formatMoney(limits.budgetMicros)],
    [t('plan.spot'), t(spot[demand.useSpot])],
    [t('plan.dataSize'), data.bytes > 0 ? formatBytes(data.bytes) : ''],
    [t('plan.checkpointSize'), demand.checkpointBytes > 0 ? formatBytes(demand.checkpointBytes) : ''],
    [t('plan.checkpointEvery'), formatDuration(demand.checkpointEveryMs)],
    [t('plan.setup'), formatDuration(demand.setupMs)],
    [t('plan.label'), demand.label === null ? '' : t(`data.label.${demand.label}`)],
    [t('plan.countries'), demand.countries.join(', ')],
    [t('plan.onlyProviders'), limits.providers.join(', ')],
    [t('plan.notProviders'), limits.excludedProviders.join(', ')],
  ];
}

function AlternativesTable({ alternatives }: { alternatives: readonly Alternative[] }) {
  const t = useT();
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('plan.place')}</th>
          <th scope="col">{t('plan.hardware')}</th>
          <th scope="col" className="plain-table__right">
            {t('plan.cost')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.time')}
          </th>
          <th scope="col">{t('plan.priceAge')}</th>
          <th scope="col">{t('plan.why')}</th>
        </tr>
      </thead>
      <tbody>
        {alternatives.map((one) => (
          <tr key={`${one.place.kind} ${one.place.id} ${one.place.gpus} ${one.place.nodes}`}>
            <td className="paper__whole">
              {one.place.title}
              <div className="quiet">{whereabouts(one.place)}</div>
            </td>
            <td className="paper__whole">
              {hardware(one.place, t)}
              <div className="quiet">{kindWord(one.place.kind, t)}</div>
            </td>
            <td className="num plain-table__right">
              {one.costMicros ? formatMoney(one.costMicros.p50) : '–'}
            </td>
            <td className="num plain-table__right">
              {one.durationMs ? formatDuration(one.durationMs.p50) : '–'}
            </td>
            <td className="paper__whole">
              {one.pricedAt === null ? t('plan.ownCosts') : formatDate(one.pricedAt)}
            </td>
            <td>{one.reasons.map(sentence).join(' ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
