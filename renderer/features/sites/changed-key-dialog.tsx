import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, Input } from '#renderer/ui/index.ts';
import type { Site } from '#shared/domain/site.ts';

/** A changed host key is trusted only by typing the fingerprint that the administrator gave: a click would be too easy. */
export function ChangedKeyDialog({ site, onClose }: { site: Site; onClose(): void }) {
  const t = useT();
  const [fingerprint, setFingerprint] = useState('');
  const { error } = site.connection;
  const offered = error?.params.offered ?? error?.params.fingerprint;
  return (
    <ConfirmDialog
      title={t('sites.changedTitle', { name: site.name })}
      consequence={t('sites.changedText')}
      actLabel={t('sites.trust')}
      onClose={onClose}
      act={async () => {
        await rpc().sites.acceptChangedHostKey({ siteId: site.id, fingerprint: fingerprint.trim() });
      }}
    >
      {error ? <p>{translateError(error.code, error.params, error.message)}</p> : null}
      {offered === undefined ? null : (
        <dl className="facts">
          <dt>{t('sites.offeredKey')}</dt>
          <dd className="mono">{offered}</dd>
        </dl>
      )}
      <Field label={t('sites.fingerprint')} hint={t('sites.fingerprintHint')}>
        {(ids) => (
          <Input
            {...ids}
            className="mono"
            value={fingerprint}
            onChange={(event) => setFingerprint(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
