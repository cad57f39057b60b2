import type { ReactNode } from 'react';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { ErrorState, formatDuration, formatInteger, formatMoney, formatWhen } from '#renderer/ui/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import type { Placement, PortfolioSolution } from '#shared/domain/plan.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { useMany } from '../many/many-store.ts';
import { useOne } from '../one/one-store.ts';
import { hardware, kindWord, sentence } from '../words.ts';
import { ScenarioCard } from './scenario-card.tsx';
import { baseId, type ScenarioAnswer, useWhatIf } from './what-if-store.ts';

/** CSS pixels. */
const [namesWidth, mostColumnWidth] = [96, 310];

/** The numbers of one column; null: there is no plan. */
interface Numbers {
  cost: number | null;
  costFigure: Figure | null;
  time: number | null;
  timeFigure: Figure | null;
  doneAt: number | null;
  left: string;
  where: ReactNode;
  why: string;
}

const nothing: Numbers = {
  cost: null,
  costFigure: null,
  time: null,
  timeFigure: null,
  doneAt: null,
  left: '–',
  where: '–',
  why: '',
};

/** The plan as it stands and each scenario side by side: what changes, and by how much. */
export function Differences() {
  const t = useT();
  const { scenarios, answers, base } = useWhatIf();
  const one = useOne(({ answer }) => answer);
  const many = useMany(({ solution }) => solution);
  const standing: ScenarioAnswer = { place: one, portfolio: many, error: null, key: '' };
  const columns = [
    { id: baseId, scenario: null, answer: standing },
    ...scenarios.map((scenario) => ({ id: scenario.id, scenario, answer: answers[scenario.id] })),
  ] satisfies { id: string; scenario: Scenario | null; answer: ScenarioAnswer | undefined }[];
  const numbers = columns.map(({ answer }) => numbersOf(answer, base, t));
  const [first = nothing] = numbers;
  const row = (label: string, cell: (of: Numbers, index: number) => ReactNode) => (
    <tr>
      <th scope="row">{label}</th>
      {columns.map(({ id }, index) => (
        <td key={id}>{cell(numbers[index] ?? nothing, index)}</td>
      ))}
    </tr>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="whatif__scroll" aria-label={t('plan.scenarios')} tabIndex={0}>
      <table className="whatif" style={{ maxWidth: namesWidth + columns.length * mostColumnWidth }}>
        <thead>
          <tr>
            <td />
            {columns.map(({ id, scenario }) => (
              <th key={id} scope="col">
                {scenario ? <ScenarioCard scenario={scenario} /> : <AsItStands />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row(t('plan.place'), ({ where }) => where)}
          {row(t('plan.cost'), (of) => (
            <Changed value={of.cost} before={first.cost} text={formatMoney} figure={of.costFigure} />
          ))}
          {row(t(base === 'one' ? 'plan.time' : 'plan.allDone'), (of) => (
            <Changed value={of.time} before={first.time} text={formatDuration} figure={of.timeFigure} />
          ))}
          {row(t('plan.doneAt'), ({ doneAt }) => (
            <span className="num">{doneAt === null ? '–' : formatWhen(doneAt, Date.now())}</span>
          ))}
          {row(t(base === 'one' ? 'plan.mayBeTaken' : 'plan.placedLate'), ({ left }) => (
            <span className="num">{left}</span>
          ))}
          {row(t('plan.why'), ({ why }, index) => {
            const error = columns[index]?.answer?.error;
            return error ? <ErrorState error={error} /> : <span className="soft">{why}</span>;
          })}
        </tbody>
      </table>
    </section>
  );
}

function AsItStands() {
  const t = useT();
  return (
    <div className="scenario">
      <div className="scenario__head">
        <strong>{t('plan.asItStands')}</strong>
      </div>
      <p className="quiet">{t('plan.asItStandsText')}</p>
    </div>
  );
}

function numbersOf(answer: ScenarioAnswer | undefined, base: 'one' | 'many', t: Translate): Numbers {
  if (base === 'one') return answer?.place ? ofPlacement(answer.place, t) : nothing;
  return answer?.portfolio ? ofSolution(answer.portfolio, t) : nothing;
}

function ofPlacement({ alternatives, recommended, at, summary }: Placement, t: Translate): Numbers {
  const one = recommended === null ? undefined : alternatives[recommended];
  const left = formatInteger(alternatives.filter(({ excluded }) => !excluded).length);
  if (!one) return { ...nothing, left, where: t('plan.nothingFits'), why: summary.map(sentence).join(' ') };
  return {
    cost: one.costMicros?.p50 ?? null,
    costFigure: one.costFigure,
    time: one.durationMs?.p50 ?? null,
    timeFigure: one.timeFigure,
    doneAt: one.durationMs ? at + one.durationMs.p50 : null,
    left,
    where: (
      <>
        <strong>{one.place.title}</strong>{' '}
        <span className="quiet">
          {hardware(one.place, t)}, {kindWord(one.place.kind, t)}
        </span>
      </>
    ),
    why: one.reasons.slice(0, 2).map(sentence).join(' '),
  };
}

function ofSolution(
  { costMicros, makespanMs, placed, late, assignments, conflict }: PortfolioSolution,
  t: Translate,
): Numbers {
  const pools = new Set(assignments.flatMap(({ poolId }) => (poolId === null ? [] : [poolId])));
  const last = Math.max(0, ...assignments.map(({ endAt }) => endAt ?? 0));
  return {
    ...nothing,
    cost: costMicros,
    time: makespanMs,
    doneAt: last === 0 ? null : last,
    left: t('plan.placedLateOf', {
      placed: formatInteger(placed),
      all: formatInteger(assignments.length),
      late: formatInteger(late),
    }),
    where: t('plan.poolsUsed', { count: pools.size }),
    why: conflict.map(sentence).join(' '),
  };
}

/** A number and how much more or less it is than as the plan stands. */
function Changed({
  value,
  before,
  text,
  figure,
}: {
  value: number | null;
  before: number | null;
  text: (value: number) => string;
  figure: Figure | null;
}) {
  if (value === null) return <span className="quiet">–</span>;
  const percent = before === null || before === 0 ? 0 : ((value - before) / before) * 100;
  const shown = figure ? (
    <FigureButton figure={figure}>{text(value)}</FigureButton>
  ) : (
    <span className="num">{text(value)}</span>
  );
  return (
    <span className="changed">
      {shown}
      {Math.abs(percent) >= 0.5 ? (
        <span className={`num changed__by ${percent > 0 ? 'changed__by--more' : 'changed__by--less'}`}>
          {percent > 0 ? '+' : '−'}
          {formatInteger(Math.abs(percent))} %
        </span>
      ) : null}
    </span>
  );
}
