import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Field, Input } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { SavedPlan } from '#shared/domain/plan.ts';
import { contentHash } from '#shared/planner/bytes.ts';
import type { PlanContent } from '#shared/planner/plan-file.ts';

/** Keeps a plan under a name: question, answer and the inputs that the answer follows from. */
export async function savePlan(content: PlanContent, name: string, planId = newId()): Promise<SavedPlan> {
  return rpc().plan.save({
    planId,
    name,
    kind: content.kind,
    content: JSON.stringify(content),
    inputsHash: inputsHashOf(content),
  });
}

/** Names what the answer follows from, as it says itself; a problem of many runs that does not is its own inputs. */
function inputsHashOf(content: PlanContent): string {
  if (content.kind === 'place') return content.answer.inputsHash;
  if (content.kind === 'what-if') return inputsHashOf(content.base);
  if (content.kind === 'portfolio' && content.inputsHash !== null) return content.inputsHash;
  return contentHash(new TextEncoder().encode(JSON.stringify(content.question)));
}

/** Asks for the name that a plan is saved under. `content` is taken when it is saved. */
export function SaveButton({
  usualName,
  content,
  onSaved,
}: {
  usualName: string;
  /** Null where there is nothing to be saved. */
  content: PlanContent | null;
  onSaved(plan: SavedPlan): void;
}) {
  const t = useT();
  const may = useMay('operator');
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(usualName);
  return (
    <>
      <Button
        disabled={content === null || !may}
        onClick={() => {
          setName(usualName);
          setOpen(true);
        }}
      >
        {t('plan.save')}
      </Button>
      {open && content ? (
        <ConfirmDialog
          title={t('plan.saveTitle')}
          consequence={t('plan.saveText')}
          actLabel={t('plan.saveIt')}
          actDisabled={name.trim() === ''}
          danger={false}
          onClose={() => setOpen(false)}
          act={async () => onSaved(await savePlan(content, name.trim()))}
        >
          <Field label={t('plan.name')}>
            {(ids) => (
              <Input
                {...ids}
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
