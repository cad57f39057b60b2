import '#renderer/features/fit/fit.css';
import { figureText, formatCompact, formatRange, formulaText } from '#renderer/features/figures/index.ts';
import { MemoryBar } from '#renderer/features/fit/memory-bar.tsx';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { formatBytes, formatDuration, formatInteger, formatPercent } from '#renderer/ui/index.ts';
import type { FitReport, TimeEstimate } from '#shared/domain/fit.ts';
import type { Setup } from '#shared/domain/workload.ts';
import { methodNames, optimiserNames, shardingNames } from '#shared/planner/fit/index.ts';
import type { PlanContent } from '#shared/planner/plan-file.ts';
import { sentence } from '../words.ts';
import { PaperFacts } from './paper-facts.tsx';

type FitContent = Extract<PlanContent, { kind: 'fit' }>;

/** Whether a model fits, on paper: what was asked, the memory by part, the time, what would help, how it was computed. */
export function FitPaper({ content: { question, answer } }: { content: FitContent }) {
  const t = useT();
  const { fit, time } = answer;
  const warnings = fit.warnings.map(sentence);
  return (
    <>
      <h2>{t('plan.asked')}</h2>
      <PaperFacts facts={askedOf(fit, question.tokens, t)} />
      <h2>{t(`fit.verdict.${fit.verdict}`, { gpus: formatInteger(fit.gpus), name: fit.accelerator })}</h2>
      <p>{verdictOf(fit, t)}</p>
      <div className="paper__block">
        <MemoryBar report={fit} />
      </div>
      <PartsTable report={fit} />
      {time ? (
        <>
          <h2>{t(fit.verdict === 'no' ? 'fit.timeIfFits' : 'fit.timeTitle')}</h2>
          <PaperFacts facts={timeOf(time, t)} />
        </>
      ) : null}
      {fit.remedies.length > 0 ? (
        <>
          <h2>{t('fit.remedies')}</h2>
          <RemediesTable report={fit} />
        </>
      ) : null}
      {warnings.length > 0 ? (
        <>
          <h2>{t('fit.warnings')}</h2>
          <ul className="paper__list">
            {warnings.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      ) : null}
      <h2>{t('plan.fitComputed')}</h2>
      <pre className="paper__text">
        {[figureText(fit.need.figure), ...(time ? [figureText(time.figure)] : [])].join('\n\n')}
      </pre>
    </>
  );
}

function verdictOf({ need, availableBytes, largestMicroBatch, setup }: FitReport, t: Translate): string {
  const isTraining = setup.kind === 'training';
  const most =
    largestMicroBatch === 0
      ? t(isTraining ? 'fit.noMicroBatch' : 'fit.noBatch')
      : t(isTraining ? 'fit.largest' : 'fit.largestBatch', { n: formatInteger(largestMicroBatch) });
  return [
    t('fit.needed', {
      need: formatRange(need.total.lowBytes, need.total.highBytes, 'bytes'),
      there: formatBytes(availableBytes),
    }),
    most,
    ...(need.host.highBytes > 0
      ? [t('fit.host', { need: formatRange(need.host.lowBytes, need.host.highBytes, 'bytes') })]
      : []),
  ].join(t('ui.gap'));
}

/** Each part of the memory, how much of the GPU it takes, and what it follows from. */
function PartsTable({ report: { need, availableBytes } }: { report: FitReport }) {
  const t = useT();
  const share = (bytes: number) => formatPercent((bytes / availableBytes) * 100);
  const rows = need.parts
    .filter(({ highBytes }) => highBytes > 0)
    .map(({ part, lowBytes, highBytes, figure }) => ({
      key: part,
      name: t(`fit.part.${part}`),
      swatch: `membar__swatch membar__part--${part}`,
      lowBytes,
      highBytes,
      formula: formulaText(figure.formula),
    }));
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('fit.part')}</th>
          <th scope="col" className="plain-table__right">
            {t('fit.memory')}
          </th>
          <th scope="col" className="plain-table__right">
            {t('plan.shareOfGpu')}
          </th>
          <th scope="col">{t('plan.formula')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, swatch, lowBytes, highBytes, formula }) => (
          <tr key={key}>
            <th scope="row">
              <i className={swatch} aria-hidden="true" /> {name}
            </th>
            <td className="num plain-table__right paper__whole">
              {formatRange(lowBytes, highBytes, 'bytes')}
            </td>
            <td className="num plain-table__right">{share(highBytes)}</td>
            <td className="num">{formula}</td>
          </tr>
        ))}
        <tr className="paper__total">
          <th scope="row">{t('fit.total')}</th>
          <td className="num plain-table__right paper__whole">
            {formatRange(need.total.lowBytes, need.total.highBytes, 'bytes')}
          </td>
          <td className="num plain-table__right">{share(need.total.highBytes)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

function RemediesTable({ report: { remedies } }: { report: FitReport }) {
  const t = useT();
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('plan.change')}</th>
          <th scope="col" className="plain-table__right">
            {t('fit.memory')}
          </th>
          <th scope="col">{t('plan.becomes')}</th>
        </tr>
      </thead>
      <tbody>
        {remedies.map(({ reason, also, total, verdict }) => {
          const text = [reason, ...also].map(sentence).join(t('ui.gap'));
          return (
            <tr key={text}>
              <td>{text}</td>
              <td className="num plain-table__right paper__whole">
                {formatRange(total.lowBytes, total.highBytes, 'bytes')}
              </td>
              <td className="paper__whole">{t(`fit.becomes.${verdict}`)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const timeOf = ({ ms, tokensPerSecond, basis }: TimeEstimate, t: Translate): [string, string][] => [
  [t('fit.time'), formatDuration(ms.p50)],
  [t('plan.nineInTen'), t('fit.between', { low: formatDuration(ms.p10), high: formatDuration(ms.p90) })],
  [
    t('plan.throughput'),
    t('fit.speed', { low: formatCompact(tokensPerSecond.p10), high: formatCompact(tokensPerSecond.p90) }),
  ],
  [t('plan.basis'), t(`fit.basis.${basis}`)],
];

function askedOf(
  { model, setup, accelerator, gpus }: FitReport,
  tokens: number | null,
  t: Translate,
): [string, string][] {
  return [
    [t('fit.model'), model.name],
    [t('fit.parametersField'), formatCompact(model.parameters)],
    [t('fit.gpus'), `${formatInteger(gpus)} × ${accelerator}`],
    [t('fit.work'), t(`fit.${setup.kind}`)],
    ...setupOf(setup, t),
    [
      t(setup.kind === 'training' ? 'fit.tokens' : 'fit.tokensWritten'),
      tokens === null ? '' : formatCompact(tokens),
    ],
  ];
}

function setupOf(setup: Setup, t: Translate): [string, string][] {
  const split: [string, string][] = [
    [t('fit.tensor'), setup.tensorParallel > 1 ? formatInteger(setup.tensorParallel) : ''],
    [t('fit.pipeline'), setup.pipelineParallel > 1 ? formatInteger(setup.pipelineParallel) : ''],
  ];
  if (setup.kind === 'inference') {
    return [
      [t('fit.weights'), setup.weights],
      [t('fit.cache'), setup.cache],
      [t('fit.context'), formatInteger(setup.context)],
      [t('fit.batch'), formatInteger(setup.batch)],
      ...split,
    ];
  }
  return [
    [
      t('fit.method'),
      setup.method === 'full'
        ? t('fit.full')
        : `${methodNames[setup.method]}, ${t('fit.rank')} ${setup.lora.rank}`,
    ],
    [t('fit.precision'), setup.precision],
    [t('fit.optimiser'), optimiserNames[setup.optimiser]],
    [t('fit.sharding'), shardingNames[setup.sharding]],
    [t('fit.offload'), setup.offload === 'none' ? '' : t(`fit.offload.${setup.offload}`)],
    [t('fit.recomputation'), t(`fit.recompute.${setup.recomputation}`)],
    [t('fit.flash'), t(setup.flashAttention ? 'settings.on' : 'settings.off')],
    [t('fit.sequence'), formatInteger(setup.sequence)],
    [t('fit.microBatch'), formatInteger(setup.microBatch)],
    [t('fit.globalBatch'), formatInteger(setup.globalBatch)],
    ...split,
  ];
}
