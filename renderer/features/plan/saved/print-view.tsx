import './print.css';
import { useLocation } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { figureText } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  formatDate,
  formatDateTime,
  formatDuration,
  formatMoney,
  formatWhen,
} from '#renderer/ui/index.ts';
import type { Placement, SavedPlan } from '#shared/domain/plan.ts';
import type {
  PlaceContent,
  PlanContent,
  PortfolioContent,
  WhatIfContent,
} from '#shared/planner/plan-file.ts';
import { Gantt } from '../many/gantt.tsx';
import { Scatter } from '../one/scatter.tsx';
import { hardware, kindWord, sentence, whereabouts } from '../words.ts';

/** A saved plan as a page of paper: title, what was asked, the answer, where its numbers come from and how old they are. */
export function PrintView({ plan, content }: { plan: SavedPlan; content: PlanContent }) {
  const t = useT();
  const [, navigate] = useLocation();
  return (
    <div className="page printed">
      <div className="printed__bar">
        <Button look="primary" onClick={() => window.print()}>
          {t('plan.print')}
        </Button>
        <Button onClick={() => navigate(paths.plan('saved', plan.id))}>{t('plan.back')}</Button>
      </div>
      <article className="paper">
        <header className="paper__head">
          <h1>{plan.name}</h1>
          <p>
            {t(`plan.kinds.${plan.kind}`)} · {t('plan.madeAt', { when: formatDateTime(plan.changedAt) })} ·{' '}
            {t('plan.inputsAre', { hash: plan.inputsHash })}
          </p>
        </header>
        <Body content={content} />
        <footer className="paper__foot">{t('plan.paperFoot')}</footer>
      </article>
    </div>
  );
}

function Body({ content }: { content: PlanContent }) {
  if (content.kind === 'place') return <PlacePaper content={content} />;
  if (content.kind === 'portfolio') return <ManyPaper content={content} />;
  if (content.kind === 'what-if') return <WhatIfPaper content={content} />;
  return <pre className="paper__text">{figureText(content.answer.fit.need.figure)}</pre>;
}

function Asked({ demand, limits }: Pick<Placement, 'demand' | 'limits'>) {
  const t = useT();
  const rows: [string, string][] = [
    [t('plan.run'), demand.name],
    [
      t('plan.hardware'),
      demand.accelerators.map(({ name, count }) => `${count} × ${name}`).join(', ') ||
        demand.gpuCounts.join(', '),
    ],
    [t('plan.model'), demand.model?.name ?? '–'],
    [
      t('plan.work'),
      demand.duration
        ? `${formatDuration(demand.duration.ms)}, ${demand.duration.gpus} × ${demand.duration.accelerator}`
        : demand.tokens === null
          ? '–'
          : t('plan.tokensN', { n: demand.tokens / 1e9 }),
    ],
    [t('plan.deadline'), limits.deadlineAt === null ? '–' : formatDateTime(limits.deadlineAt)],
    [t('plan.budget'), limits.budgetMicros === null ? '–' : formatMoney(limits.budgetMicros)],
  ];
  return (
    <dl className="paper__asked">
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function PlacePaper({ content: { answer } }: { content: PlaceContent }) {
  const t = useT();
  const { alternatives, recommended, at } = answer;
  const best = recommended === null ? undefined : alternatives[recommended];
  const shown = alternatives.filter(({ excluded }, index) => !excluded || index < 25).slice(0, 40);
  return (
    <>
      <h2>{t('plan.asked')}</h2>
      <Asked demand={answer.demand} limits={answer.limits} />
      <h2>{t('plan.answer')}</h2>
      {best ? (
        <p>
          <strong>{best.place.title}</strong> ({hardware(best.place, t)}, {kindWord(best.place.kind, t)}){' '}
          {best.costMicros ? formatMoney(best.costMicros.p50) : '–'},{' '}
          {best.durationMs ? formatDuration(best.durationMs.p50) : '–'}.{' '}
          {best.reasons.map(sentence).join(' ')}
        </p>
      ) : (
        <p>{answer.summary.map(sentence).join(' ')}</p>
      )}
      <div className="paper__chart">
        <Scatter alternatives={alternatives} chosen={recommended} onChoose={() => undefined} />
      </div>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('plan.place')}</th>
            <th scope="col">{t('plan.hardware')}</th>
            <th scope="col">{t('plan.cost')}</th>
            <th scope="col">{t('plan.time')}</th>
            <th scope="col">{t('plan.priceAge')}</th>
            <th scope="col">{t('plan.why')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={`${one.place.kind} ${one.place.id} ${one.place.gpus} ${one.place.nodes}`}>
              <td>
                {one.place.title}
                <div className="quiet">{whereabouts(one.place)}</div>
              </td>
              <td>
                {hardware(one.place, t)}, {kindWord(one.place.kind, t)}
              </td>
              <td className="num">{one.costMicros ? formatMoney(one.costMicros.p50) : '–'}</td>
              <td className="num">{one.durationMs ? formatDuration(one.durationMs.p50) : '–'}</td>
              <td>{one.pricedAt === null ? t('plan.ownCosts') : formatDate(one.pricedAt)}</td>
              <td>{one.reasons.map(sentence).join(' ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {best?.costFigure && best.timeFigure ? (
        <>
          <h2>{t('plan.howComputed')}</h2>
          <pre className="paper__text">{`${figureText(best.costFigure)}\n\n${figureText(best.timeFigure)}`}</pre>
        </>
      ) : null}
      <p className="quiet">{t('plan.judgedAt', { when: formatDateTime(at) })}</p>
    </>
  );
}

function ManyPaper({ content: { question, answer } }: { content: PortfolioContent }) {
  const t = useT();
  const { problem, strategy } = question;
  const runs = new Map(problem.runs.map((run) => [run.id, run]));
  const pools = new Map(problem.pools.map((pool) => [pool.id, pool]));
  return (
    <>
      <p>
        {t(`plan.strategies.${strategy}`)} · {formatMoney(answer.costMicros)} ·{' '}
        {formatDuration(answer.makespanMs)} ·{' '}
        {t('plan.placedLateOf', { placed: answer.placed, all: problem.runs.length, late: answer.late })}
      </p>
      {answer.conflict.length > 0 ? <p>{answer.conflict.map(sentence).join(' ')}</p> : null}
      <div className="paper__chart">
        <Gantt problem={problem} assignments={answer.assignments} chosen={null} onChoose={() => undefined} />
      </div>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('plan.run')}</th>
            <th scope="col">{t('plan.place')}</th>
            <th scope="col">{t('plan.start')}</th>
            <th scope="col">{t('plan.end')}</th>
            <th scope="col">{t('plan.deadline')}</th>
            <th scope="col">{t('plan.cost')}</th>
            <th scope="col">{t('plan.why')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.assignments.map((one) => {
            const run = runs.get(one.runId);
            const when = (at: number | null | undefined) => (at ? formatWhen(at, problem.at) : '–');
            return (
              <tr key={one.runId}>
                <td>{run?.name ?? one.runId}</td>
                <td>{one.poolId === null ? t('plan.notPlaced') : pools.get(one.poolId)?.place.title}</td>
                <td className="num">{when(one.startAt)}</td>
                <td className="num">{when(one.endAt)}</td>
                <td className="num">{when(run?.deadlineAt)}</td>
                <td className="num">{formatMoney(one.costMicros)}</td>
                <td>{one.reasons.map(sentence).join(' ')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function WhatIfPaper({ content }: { content: WhatIfContent }) {
  const t = useT();
  const rows = content.scenarios.map(({ scenario, place, portfolio }) => {
    const best = place && place.recommended !== null ? place.alternatives[place.recommended] : undefined;
    return {
      id: scenario.id,
      name: scenario.name,
      where:
        best?.place.title ??
        (portfolio
          ? t('plan.placedLateOf', {
              placed: portfolio.placed,
              all: portfolio.assignments.length,
              late: portfolio.late,
            })
          : '–'),
      cost: best?.costMicros?.p50 ?? portfolio?.costMicros ?? null,
      time: best?.durationMs?.p50 ?? portfolio?.makespanMs ?? null,
    };
  });
  return (
    <>
      <h2>{t('plan.scenarios')}</h2>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('plan.scenarioName')}</th>
            <th scope="col">{t('plan.place')}</th>
            <th scope="col">{t('plan.cost')}</th>
            <th scope="col">{t('plan.time')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, where, cost, time }) => (
            <tr key={id}>
              <td>{name}</td>
              <td>{where}</td>
              <td className="num">{cost === null ? '–' : formatMoney(cost)}</td>
              <td className="num">{time === null ? '–' : formatDuration(time)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('plan.asItStands')}</h2>
      {content.base.kind === 'place' ? (
        <PlacePaper content={content.base} />
      ) : (
        <ManyPaper content={content.base} />
      )}
    </>
  );
}
