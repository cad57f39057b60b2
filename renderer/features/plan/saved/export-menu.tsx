import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { shownMoney } from '#renderer/app/shown-money.ts';
import { saveText } from '#renderer/features/catalog/save-text.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, Menu, type MenuEntry, toast } from '#renderer/ui/index.ts';
import { placementCsv, solutionCsv } from '#shared/planner/export-csv.ts';
import { type PlanContent, planFileName } from '#shared/planner/plan-file.ts';
import { cashCsv, scenariosCsv, waitsCsv } from '#shared/planner/what-if-csv.ts';

type Table = 'csv' | 'scenarios' | 'cash' | 'waits';

const tables: Readonly<Record<PlanContent['kind'], readonly Table[]>> = {
  place: ['csv'],
  portfolio: ['csv'],
  'what-if': ['scenarios', 'cash', 'waits'],
  fit: [],
};

const tableLabels = {
  csv: 'plan.exportCsv',
  scenarios: 'plan.exportScenarios',
  cash: 'plan.exportCash',
  waits: 'plan.exportWaits',
} as const;

/** What a plan can be taken away as. A page to print and a file to share are of saved plans. */
export function ExportMenu({
  content,
  name,
  planId,
}: {
  content: PlanContent | null;
  name: string;
  planId: string | null;
}) {
  const t = useT();
  const [, navigate] = useLocation();
  const entries = (of: PlanContent) =>
    exportEntries({ kind: of.kind, name, planId, content: async () => of }, t, navigate).map((entry) =>
      'table' in entry ? { ...entry, disabled: textOf(of, entry.table) === null } : entry,
    );
  return (
    <Menu
      trigger={<Button disabled={content === null}>{t('plan.export')}</Button>}
      entries={content === null ? [] : entries(content)}
    />
  );
}

export interface Exported {
  kind: PlanContent['kind'];
  name: string;
  /** Null of a plan that was not saved. */
  planId: string | null;
  /** A menu cannot wait for what is in the plan: it is fetched when something of it is chosen. */
  content(): Promise<PlanContent>;
}

export function exportEntries(
  { kind, name, planId, content }: Exported,
  t: Translate,
  navigate: (path: string) => void,
): (MenuEntry | (MenuEntry & { table: Table }))[] {
  const unsaved = planId === null;
  return [
    {
      label: t('plan.exportPage'),
      hint: unsaved ? t('plan.saveFirst') : 'PDF',
      disabled: unsaved,
      onSelect: () => navigate(`${paths.plan('saved', planId ?? '')}?print=1`),
    },
    {
      label: t('plan.exportFile'),
      ...(unsaved ? { hint: t('plan.saveFirst') } : {}),
      disabled: unsaved,
      onSelect: () => shareFile(planId ?? '').catch(sayError),
    },
    { kind: 'rule' },
    ...tables[kind].map((table) => ({
      table,
      label: t(tableLabels[table]),
      onSelect: () => {
        content()
          .then((is) => {
            const text = textOf(is, table);
            if (text === null) toast('info', t('plan.noTable'));
            else saveText(planFileName(table === 'csv' ? name : `${name} ${table}`, 'csv'), text());
          })
          .catch(sayError);
      },
    })),
    {
      label: t('plan.exportJson'),
      onSelect: () => {
        content()
          .then((is) =>
            saveText(planFileName(name, 'json'), `${JSON.stringify(is, null, 1)}\n`, 'application/json'),
          )
          .catch(sayError);
      },
    },
  ];
}

/** A file that another Trainyard opens: with the inputs, so that it answers the same there. */
export async function shareFile(planId: string): Promise<void> {
  const { fileName, text } = await rpc().plan.exportFile({ planId });
  saveText(fileName, text, 'application/json');
}

/** Null where the plan has no such table. */
function textOf(content: PlanContent, table: Table): (() => string) | null {
  if (content.kind === 'place') return () => placementCsv(content.answer, shownMoney());
  if (content.kind === 'portfolio')
    return () => solutionCsv(content.question.problem, content.answer, shownMoney());
  if (content.kind !== 'what-if') return null;
  const { breakEven, waits } = content;
  if (table === 'scenarios') return () => scenariosCsv(content, shownMoney());
  if (table === 'cash') return breakEven && (() => cashCsv(breakEven, shownMoney()));
  return waits && (() => waitsCsv(waits));
}
