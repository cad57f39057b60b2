import { useMemo } from 'react';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Age, Badge, type Column, formatDuration, formatMoney, VirtualTable } from '#renderer/ui/index.ts';
import type { Alternative } from '#shared/domain/plan.ts';
import { hardware, kindWord, sentence, whereabouts } from '../words.ts';

interface Row {
  index: number;
  one: Alternative;
}

/** Every place that was judged and is told of, the best first, with the reason in words. */
export function Alternatives({
  alternatives,
  recommended,
  onChoose,
}: {
  alternatives: readonly Alternative[];
  recommended: number | null;
  onChoose(index: number): void;
}) {
  const t = useT();
  const columns = useMemo(() => columnsOf(t, recommended), [t, recommended]);
  const rows = useMemo(() => alternatives.map((one, index): Row => ({ index, one })), [alternatives]);
  return (
    <VirtualTable<Row>
      id="plan-alternatives"
      label={t('plan.alternatives')}
      columns={columns}
      total={rows.length}
      rowAt={(index) => rows[index]}
      idOf={({ one }) => `${one.place.kind} ${one.place.id} ${one.place.gpus} ${one.place.nodes}`}
      revision={alternatives}
      nameOf={({ one }) => one.place.title}
      onOpen={({ index }) => onChoose(index)}
      onCursor={(row) => {
        if (row) onChoose(row.index);
      }}
    />
  );
}

function columnsOf(t: Translate, recommended: number | null): Column<Row>[] {
  return [
    {
      key: 'place',
      title: t('plan.place'),
      width: 180,
      minWidth: 110,
      cell: ({ one }) => (
        <span className={`clip ${one.excluded ? 'quiet' : ''}`} title={one.place.title}>
          {one.place.title}
        </span>
      ),
    },
    {
      key: 'kind',
      title: t('plan.kind'),
      width: 92,
      drop: 3,
      cell: ({ one }) => kindWord(one.place.kind, t),
    },
    {
      key: 'where',
      title: t('plan.where'),
      width: 160,
      drop: 4,
      cell: ({ one }) => <span className="clip soft">{whereabouts(one.place)}</span>,
    },
    {
      key: 'hardware',
      title: t('plan.hardware'),
      width: 124,
      drop: 2,
      cell: ({ one }) => <span className="clip num">{hardware(one.place, t)}</span>,
    },
    { key: 'cost', title: t('plan.cost'), width: 88, align: 'right', cell: ({ one }) => <Cost one={one} /> },
    { key: 'time', title: t('plan.time'), width: 96, align: 'right', cell: ({ one }) => <Time one={one} /> },
    {
      key: 'priced',
      title: t('plan.priceAge'),
      width: 92,
      align: 'right',
      drop: 5,
      cell: ({ one }) => (
        <span className="soft">{one.pricedAt === null ? '–' : <Age at={one.pricedAt} />}</span>
      ),
    },
    {
      key: 'why',
      title: t('plan.why'),
      width: 150,
      minWidth: 120,
      grows: true,
      cell: ({ one, index }) => <Why one={one} recommended={index === recommended} />,
    },
  ];
}

function Cost({ one: { costMicros, costFigure } }: { one: Alternative }) {
  if (!costMicros) return <span className="quiet">–</span>;
  const text = formatMoney(costMicros.p50);
  return costFigure ? (
    <FigureButton figure={costFigure}>{text}</FigureButton>
  ) : (
    <span className="num">{text}</span>
  );
}

function Time({ one: { durationMs, timeFigure } }: { one: Alternative }) {
  if (!durationMs) return <span className="quiet">–</span>;
  const text = formatDuration(durationMs.p50);
  return timeFigure ? (
    <FigureButton figure={timeFigure}>{text}</FigureButton>
  ) : (
    <span className="num">{text}</span>
  );
}

function Why({ one, recommended }: { one: Alternative; recommended: boolean }) {
  const t = useT();
  const words = one.reasons.map(sentence).join(' ');
  return (
    <span className="clip" title={words}>
      {recommended ? <Badge tone="accent">{t('plan.recommended')}</Badge> : null}
      {!recommended && one.pareto ? <Badge>{t('plan.tradeOff')}</Badge> : null} {words}
    </span>
  );
}
