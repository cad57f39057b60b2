import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, ConfirmDialog, toast } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';

/** The user's word that a machine will not come back. Only that word lets its runs be started elsewhere. */
export function LostDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const t = useT();
  const name = placeName(machine.id, machine.name, t);
  const [sure, setSure] = useState(false);
  return (
    <ConfirmDialog
      title={t('places.lostTitle', { machine: name })}
      consequence={t('places.lostText', { machine: name })}
      actLabel={t('places.declareLost')}
      actDisabled={!sure}
      onClose={onClose}
      act={async () => {
        const { runs } = await rpc().recovery.declareLost({ machineId: machine.id });
        toast('info', t('places.lostDone', { count: runs, machine: name }));
      }}
    >
      <Checkbox label={t('places.lostSure', { machine: name })} checked={sure} onChecked={setSure} />
    </ConfirmDialog>
  );
}
