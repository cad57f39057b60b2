import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { saveText } from '#renderer/features/catalog/save-text.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, Menu, type MenuEntry } from '#renderer/ui/index.ts';
import { placementCsv, solutionCsv } from '#shared/planner/export-csv.ts';
import { type PlanContent, planFileName } from '#shared/planner/plan-file.ts';

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
  return (
    <Menu
      trigger={<Button disabled={content === null}>{t('plan.export')}</Button>}
      entries={content === null ? [] : exportEntries(content, name, planId, t, navigate)}
    />
  );
}

export function exportEntries(
  content: PlanContent,
  name: string,
  planId: string | null,
  t: Translate,
  navigate: (path: string) => void,
): MenuEntry[] {
  const csv = csvOfPlan(content);
  return [
    {
      label: t('plan.exportPage'),
      hint: planId === null ? t('plan.saveFirst') : 'PDF',
      disabled: planId === null,
      onSelect: () => navigate(`${paths.plan('saved', planId ?? '')}?print=1`),
    },
    {
      label: t('plan.exportFile'),
      ...(planId === null ? { hint: t('plan.saveFirst') } : {}),
      disabled: planId === null,
      onSelect: () => shareFile(planId ?? '').catch(sayError),
    },
    { kind: 'rule' },
    {
      label: t('plan.exportCsv'),
      disabled: csv === null,
      onSelect: () => saveText(planFileName(name, 'csv'), csv?.() ?? ''),
    },
    {
      label: t('plan.exportJson'),
      onSelect: () =>
        saveText(planFileName(name, 'json'), `${JSON.stringify(content, null, 1)}\n`, 'application/json'),
    },
  ];
}

/** A file that another Trainyard opens: with the inputs, so that it answers the same there. */
export async function shareFile(planId: string): Promise<void> {
  const { fileName, text } = await rpc().plan.exportFile({ planId });
  saveText(fileName, text, 'application/json');
}

/** Null of a plan that is no table. */
function csvOfPlan(content: PlanContent): (() => string) | null {
  if (content.kind === 'place') return () => placementCsv(content.answer);
  if (content.kind === 'portfolio') return () => solutionCsv(content.question.problem, content.answer);
  return null;
}
