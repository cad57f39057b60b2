import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, ConfirmDialog, Field, Input } from '#renderer/ui/index.ts';
import type { Site } from '#shared/domain/site.ts';

export function RenameSiteDialog({ site, onClose }: { site: Site; onClose(): void }) {
  const t = useT();
  const [name, setName] = useState(site.name);
  return (
    <ConfirmDialog
      title={t('sites.renameTitle', { name: site.name })}
      consequence={null}
      danger={false}
      actLabel={t('sites.save')}
      onClose={onClose}
      act={async () => {
        await rpc().sites.update({ siteId: site.id, name: name.trim() });
      }}
    >
      <Field label={t('sites.nameField')}>
        {(ids) => (
          <Input {...ids} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
    </ConfirmDialog>
  );
}

export function RemoveSiteDialog({ site, onClose }: { site: Site; onClose(): void }) {
  const t = useT();
  const [force, setForce] = useState(false);
  return (
    <ConfirmDialog
      title={t('sites.removeTitle', { name: site.name })}
      consequence={t('sites.removeText')}
      actLabel={t('sites.remove')}
      onClose={onClose}
      act={async () => {
        await rpc().sites.remove({ siteId: site.id, force });
      }}
    >
      <Checkbox label={t('sites.removeForce')} checked={force} onChecked={setForce} />
    </ConfirmDialog>
  );
}
