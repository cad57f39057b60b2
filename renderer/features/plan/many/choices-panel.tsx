import { useEffect, useState } from 'react';
import { takePart } from '#renderer/app/live.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  ErrorState,
  formatDuration,
  formatInteger,
  formatMoney,
  formatValue,
  IconButton,
  ProgressBar,
  Segments,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { PortfolioSolution } from '#shared/domain/plan.ts';
import { type Across, type Choice, choicesOf, missedOf } from './choice-layout.ts';
import { useChoiceName } from './choice-name.ts';
import { cancelCompute, closeChoices, compute, pick, takeMade } from './choices.ts';
import { ChoicesChart } from './choices-chart.tsx';
import { type Choices, useMany } from './many-store.ts';

/** What else could be done with the same runs: cheaper, sooner, or by another strategy. The one that is picked becomes the plan. */
export function ChoicesPanel({ choices }: { choices: Choices }) {
  const t = useT();
  const picked = useMany((state) => state.picked);
  const [across, setAcross] = useState<Across>('time');
  const all = choicesOf(choices);
  const some = all.filter(({ solution }) => solution.placed > 0);
  const missesDiffer = new Set(some.map(({ solution }) => missedOf(solution))).size > 1;
  const shown = missesDiffer ? across : 'time';
  return (
    <section className="choices" aria-label={t('plan.choices')} aria-busy={choices.doing !== null}>
      <div className="choices__head">
        <h2>{t('plan.choices')}</h2>
        {choices.doing ? <Progress doing={choices.doing} /> : null}
        {missesDiffer ? (
          <Segments<Across>
            label={t('plan.toTheRight')}
            value={shown}
            onValue={setAcross}
            options={[
              { value: 'time', label: t('plan.allDone') },
              { value: 'missed', label: t('plan.missed') },
            ]}
          />
        ) : null}
        <IconButton label={t('plan.closeChoices')} small onClick={closeChoices}>
          ×
        </IconButton>
      </div>
      {choices.error ? <ErrorState error={choices.error} onRetry={() => void compute()} /> : null}
      {all.length === 0 && choices.doing ? <Skeleton rows={5} /> : null}
      {all.length > 0 && some.length === 0 ? <p className="soft">{t('plan.choicesNone')}</p> : null}
      {some.length > 0 ? (
        <div className="choices__both">
          <ChoicesChart choices={some} across={shown} picked={picked} onPick={pick} />
          <ChoicesTable choices={all} picked={picked} />
        </div>
      ) : null}
      {choices.front.length === 1 && some.length > 0 ? <p className="soft">{t('plan.frontAlone')}</p> : null}
    </section>
  );
}

/** What is being computed, for how long already, and a way out. */
function Progress({ doing: { what, since, made } }: { doing: NonNullable<Choices['doing']> }) {
  const t = useT();
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(
    () =>
      takePart({
        reload: async () => undefined,
        apply(event) {
          if (event.type === 'plan.frontMade') takeMade(event.solveId, event.made, event.of);
        },
      }),
    [],
  );
  return (
    <>
      <span className="soft" role="status">
        {t(what === 'strategies' ? 'plan.doingStrategies' : 'plan.doingFront')}
      </span>
      <div className="choices__made">
        <ProgressBar done={made?.plans ?? 0} total={made?.of ?? 0} label={t('plan.frontMade')} />
      </div>
      <span className="quiet num" aria-hidden="true">
        {formatDuration(Math.max(0, Math.round((now - since) / 1000)) * 1000)}
      </span>
      <Button small look="quiet" onClick={cancelCompute}>
        {t('plan.cancelChoices')}
      </Button>
    </>
  );
}

function ChoicesTable({ choices, picked }: { choices: readonly Choice[]; picked: string | null }) {
  const t = useT();
  const solutions = choices.map(({ solution }) => solution);
  // What leaves runs out is no cheaper or sooner for that.
  const least = (of: (one: PortfolioSolution) => number) => {
    const fewest = Math.min(...solutions.map(missedOf));
    return Math.min(...solutions.filter((one) => missedOf(one) === fewest).map(of));
  };
  const best = { cost: least(({ costMicros }) => costMicros), time: least(({ makespanMs }) => makespanMs) };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="choices__table" tabIndex={0} aria-label={t('plan.choicesTable')}>
      <table className="plain compared">
        <thead>
          <tr>
            <th scope="col">{t('plan.title')}</th>
            <th scope="col" className="right">
              {t('plan.cost')}
            </th>
            <th scope="col" className="right">
              {t('plan.allDone')}
            </th>
            <th scope="col" className="right" title={t('plan.missedText')}>
              {t('plan.missed')}
            </th>
            <th scope="col" className="right">
              {t('plan.gap')}
            </th>
          </tr>
        </thead>
        {(['front', 'strategy'] as const).map((kind) => {
          const rows = choices.filter((choice) => choice.kind === kind);
          if (rows.length === 0) return null;
          return (
            <tbody key={kind}>
              <tr>
                <th colSpan={5} scope="rowgroup" className="compared__group">
                  {t(kind === 'front' ? 'plan.onFront' : 'plan.byStrategy')}
                </th>
              </tr>
              {rows.map((choice) => (
                <ChoiceRow key={choice.key} choice={choice} isPicked={choice.key === picked} best={best} />
              ))}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}

function ChoiceRow({
  choice,
  isPicked,
  best,
}: {
  choice: Choice;
  isPicked: boolean;
  best: { cost: number; time: number };
}) {
  const nameOf = useChoiceName();
  const { costMicros, makespanMs, gap } = choice.solution;
  const missed = missedOf(choice.solution);
  return (
    <tr aria-current={isPicked || undefined}>
      <th scope="row">
        <button
          type="button"
          className="compared__choose clip"
          aria-pressed={isPicked}
          onClick={() => pick(choice)}
        >
          {nameOf(choice)}
        </button>
      </th>
      <td className="right num" data-best={costMicros === best.cost}>
        {formatMoney(costMicros)}
      </td>
      <td className="right num" data-best={makespanMs === best.time}>
        {formatDuration(makespanMs)}
      </td>
      <td className={`right num ${missed > 0 ? 'outcome--bad' : ''}`}>{formatInteger(missed)}</td>
      <td className="right num">{gap === null ? '–' : `${formatValue(Math.ceil(gap * 1000) / 10)} %`}</td>
    </tr>
  );
}
