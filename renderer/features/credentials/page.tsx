import './credentials.css';
import { useState } from 'react';
import { useMay } from '#renderer/app/session-store.ts';
import { reloadVault, useLiveVault, useVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import { AddCredential } from './credential-dialogs.tsx';
import { CredentialTable } from './credential-table.tsx';
import { Logins } from './logins.tsx';
import { VaultPanel } from './vault-panel.tsx';

/** What is kept in the vault, and what the user has elsewhere. */
export function CredentialsPage() {
  const t = useT();
  useLiveVault();
  const { vault, credentials, error } = useVault();
  const mayAct = useMay('operator');
  const [adding, setAdding] = useState(false);
  const canAdd = mayAct && vault?.exists === true && !vault.locked && !vault.needsAcceptance;
  return (
    <div className="page credentials">
      <header className="credentials__head">
        <h1>{t('credentials.title')}</h1>
        {canAdd ? (
          <Button look="primary" onClick={() => setAdding(true)}>
            {t('credentials.add')}
          </Button>
        ) : null}
      </header>
      {error ? <ErrorState error={error} onRetry={() => void reloadVault()} /> : null}
      {!vault && !error ? <Skeleton rows={6} /> : null}
      {vault ? <VaultPanel vault={vault} /> : null}
      {vault?.exists ? (
        <section className="credentials__section">
          <h2>{t('credentials.stored')}</h2>
          {credentials.length === 0 ? (
            <p className="quiet">{t('credentials.none')}</p>
          ) : (
            <CredentialTable credentials={credentials} locked={vault.locked} />
          )}
        </section>
      ) : null}
      {mayAct ? <Logins /> : null}
      {adding ? <AddCredential onClose={() => setAdding(false)} /> : null}
    </div>
  );
}
