import { useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Badge,
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  Field,
  FileButton,
  formatDuration,
  formatInteger,
  formatMoney,
  Input,
  Menu,
  Skeleton,
  toast,
} from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { SavedPlan } from '#shared/domain/plan.ts';
import { readPlanContent } from '#shared/planner/plan-file.ts';
import { PlanHead } from '../plan-head.tsx';
import { priceChangeText } from '../price-change-words.ts';
import { exportEntries } from './export-menu.tsx';
import { savePlan } from './save-plan.tsx';

/** Plans that were kept: opened as they were answered, exported, taken in from a file. */
export function SavedPage() {
  const t = useT();
  const { value, error, retry } = useLive(
    'plans',
    (signal) => rpc().plan.list(undefined, { signal }),
    ({ type }) => type === 'plans.changed',
  );
  return (
    <div className="page plan">
      <PlanHead at="saved">
        <ImportButton />
      </PlanHead>
      {error && !value ? <ErrorState error={error} onRetry={retry} /> : null}
      {!value && !error ? <Skeleton rows={6} /> : null}
      {value?.length === 0 ? (
        <EmptyState title={t('plan.savedEmpty')}>{t('plan.savedEmptyText')}</EmptyState>
      ) : null}
      {value && value.length > 0 ? <PlanList plans={value} /> : null}
    </div>
  );
}

function PlanList({ plans }: { plans: readonly SavedPlan[] }) {
  const t = useT();
  const [renaming, setRenaming] = useState<SavedPlan | null>(null);
  return (
    <>
      <table className="plain saved">
        <thead>
          <tr>
            <th scope="col">{t('plan.name')}</th>
            <th scope="col">{t('plan.kind')}</th>
            <th scope="col" className="right">
              {t('plan.cost')}
            </th>
            <th scope="col" className="right">
              {t('plan.time')}
            </th>
            <th scope="col">{t('plan.pricesAge')}</th>
            <th scope="col" className="right">
              {t('plan.launched')}
            </th>
            <th scope="col" className="right">
              {t('plan.changed')}
            </th>
            <th scope="col" className="saved__acts">
              <span className="hidden-visually">{t('plan.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {plans.map((plan) => (
            <PlanRow key={plan.id} plan={plan} onRename={() => setRenaming(plan)} />
          ))}
        </tbody>
      </table>
      {renaming ? <RenameDialog plan={renaming} onClose={() => setRenaming(null)} /> : null}
    </>
  );
}

function PlanRow({ plan, onRename }: { plan: SavedPlan; onRename(): void }) {
  const t = useT();
  const may = useMay('operator');
  const [, navigate] = useLocation();
  const { id, name, kind, runIds, changedAt, summary, priceChanges } = plan;
  const open = paths.plan('saved', id);
  const content = async () => readPlanContent((await rpc().plan.open({ planId: id })).content);
  return (
    <tr>
      <th scope="row">
        <a
          href={open}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey) return;
            event.preventDefault();
            navigate(open);
          }}
        >
          {name}
        </a>
      </th>
      <td>{t(`plan.kinds.${kind}`)}</td>
      <td className="right num">{summary.costMicros === null ? '–' : formatMoney(summary.costMicros)}</td>
      <td className="right num">{summary.timeMs === null ? '–' : formatDuration(summary.timeMs)}</td>
      <td>
        <span className="saved__prices">
          {summary.prices ? <Age at={summary.prices.oldestAt} /> : <span className="quiet">–</span>}
          {priceChanges && priceChanges.changed > 0 ? (
            <span
              title={[
                ...priceChanges.top.map((change) => priceChangeText(change, t)),
                t('plan.pricesChangedText'),
              ].join('\n')}
            >
              <Badge tone="warn">
                {t('plan.pricesChanged', { changed: priceChanges.changed, of: priceChanges.of })}
              </Badge>
            </span>
          ) : null}
        </span>
      </td>
      <td className="right num">{runIds.length > 0 ? formatInteger(runIds.length) : '–'}</td>
      <td className="right">
        <Age at={changedAt} />
      </td>
      <td className="saved__acts">
        <Menu
          trigger={
            <Button small look="quiet" aria-label={t('plan.moreFor', { name })}>
              ⋯
            </Button>
          }
          entries={[
            { label: t('plan.rename'), disabled: !may, onSelect: onRename },
            ...exportEntries({ kind, name, planId: id, content }, t, navigate),
            { kind: 'rule' },
            {
              label: t('plan.remove'),
              danger: true,
              disabled: !may,
              onSelect: () => removePlan(plan, t('plan.removed', { name }), t('app.undo')).catch(sayError),
            },
          ]}
        />
      </td>
    </tr>
  );
}

/** Removed at once, and had back with all that was in it for as long as the toast stands there. */
async function removePlan({ id, name }: SavedPlan, said: string, undo: string): Promise<void> {
  const { content } = await rpc().plan.open({ planId: id });
  const file = await rpc().plan.exportFile({ planId: id });
  await rpc().plan.remove({ planId: id });
  const back = async () => {
    // From its file: with the inputs, which are gone with the plan. What the file cannot do, its content can.
    const restored = await rpc()
      .plan.importFile({ planId: id, text: file.text })
      .catch(() => savePlan(readPlanContent(content), name, id));
    if (restored.name !== name) await rpc().plan.rename({ planId: id, name });
  };
  toast('info', said, { actions: [{ label: undo, run: () => void back().catch(sayError) }] });
}

function RenameDialog({ plan, onClose }: { plan: SavedPlan; onClose(): void }) {
  const t = useT();
  const [name, setName] = useState(plan.name);
  return (
    <ConfirmDialog
      title={t('plan.renameTitle')}
      consequence={t('plan.renameText')}
      actLabel={t('plan.saveIt')}
      actDisabled={name.trim() === ''}
      danger={false}
      onClose={onClose}
      act={async () => {
        await rpc().plan.rename({ planId: plan.id, name: name.trim() });
      }}
    >
      <Field label={t('plan.name')}>
        {(ids) => (
          <Input {...ids} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
    </ConfirmDialog>
  );
}

function ImportButton() {
  const t = useT();
  const may = useMay('operator');
  const [, navigate] = useLocation();
  const take = async (file: File) => {
    const plan = await rpc().plan.importFile({ planId: newId(), text: await file.text() });
    toast('info', t('plan.imported', { name: plan.name }));
    navigate(paths.plan('saved', plan.id));
  };
  return (
    <FileButton
      disabled={!may}
      label={t('plan.importFile')}
      accept=".json,application/json"
      onFile={(file) => void take(file).catch(sayError)}
    >
      {t('plan.importFile')}
    </FileButton>
  );
}
