import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, updateSettings, useMay, useSession } from '#renderer/app/session-store.ts';
import { reloadVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  Checkbox,
  ConfirmDialog,
  ErrorState,
  Field,
  Input,
  Menu,
  toast,
} from '#renderer/ui/index.ts';
import type { VaultState } from '#shared/domain/credential.ts';
import { CreateVault, ShownOnce } from './create-vault.tsx';
import { ChangePassphrase, ExportDialog, ImportDialog, NewRecovery } from './vault-dialogs.tsx';

/** The vault itself: made, opened, locked, and what opens it. */
export function VaultPanel({ vault }: { vault: VaultState }) {
  const [recovery, setRecovery] = useState<string | null>(null);
  return (
    <>
      {vault.problems.length > 0 ? <Problems vault={vault} /> : null}
      {!vault.exists ? (
        <CreateVault keychain={vault.keychain} onRecovery={setRecovery} />
      ) : vault.locked ? (
        <Unlock vault={vault} />
      ) : (
        <Open vault={vault} />
      )}
      {recovery === null ? null : <ShownOnce recovery={recovery} onClose={() => setRecovery(null)} />}
    </>
  );
}

function Problems({ vault }: { vault: VaultState }) {
  const t = useT();
  const mayOwn = useMay('owner');
  const [asking, setAsking] = useState(false);
  const canAccept = mayOwn && (!vault.locked || vault.protection.length === 0);
  return (
    <div className="vault__problems" role="alert">
      <h2>{t('credentials.problems')}</h2>
      <ul>
        {vault.problems.map(({ id, name, problem }) => (
          <li key={`${id} ${problem}`}>
            <b>{id === null ? t('credentials.fileItself') : name || id}</b>:{' '}
            {t(`credentials.problem.${problem}`)}
          </li>
        ))}
      </ul>
      <p>{t('credentials.problemsText')}</p>
      {canAccept ? <Button onClick={() => setAsking(true)}>{t('credentials.accept')}</Button> : null}
      {asking ? (
        <ConfirmDialog
          title={t('credentials.acceptTitle')}
          consequence={t('credentials.acceptText')}
          actLabel={t('credentials.accept')}
          onClose={() => setAsking(false)}
          act={async () => {
            const { keptAs } = await rpc().vault.accept();
            const text = keptAs
              ? t('credentials.accepted', { file: keptAs })
              : t('credentials.acceptedNothing');
            toast('info', text, { forMs: 0 });
            await reloadVault();
          }}
        />
      ) : null}
    </div>
  );
}

function Unlock({ vault }: { vault: VaultState }) {
  const t = useT();
  const mayAct = useMay('operator');
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const unlock = async (given?: string) => {
    setBusy(true);
    setFailure(null);
    try {
      await rpc().vault.unlock(given === undefined ? {} : { passphrase: given });
      setPassphrase('');
      await reloadVault();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (passphrase !== '') void unlock(passphrase);
  };
  const keychain = vault.protection.find(({ kind }) => kind === 'keychain');
  return (
    <section className="vault">
      <h2>{t('credentials.locked')}</h2>
      <p className="quiet">{t('credentials.lockedText')}</p>
      {mayAct ? (
        <form className="vault__unlock" onSubmit={submit}>
          <Field label={t('credentials.unlockWith')}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoComplete="off"
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" look="primary" busy={busy} disabled={passphrase === ''}>
            {t('credentials.unlock')}
          </Button>
          {keychain && vault.keychain ? (
            <Button busy={busy} onClick={() => void unlock()}>
              {t('credentials.unlockByKeychain', { name: vault.keychain })}
            </Button>
          ) : null}
        </form>
      ) : null}
      {failure ? <ErrorState error={failure} /> : null}
    </section>
  );
}

type OpenDialog = 'passphrase' | 'recovery' | 'export' | 'import' | null;

function Open({ vault }: { vault: VaultState }) {
  const t = useT();
  const mayOwn = useMay('owner');
  const mayAct = useMay('operator');
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const close = () => setDialog(null);
  const byKeychain = vault.protection.some(({ kind }) => kind === 'keychain');
  const act = (call: () => Promise<unknown>) => {
    call().then(reloadVault).catch(sayError);
  };
  const opens = vault.protection.map(({ kind, method }) => t(`credentials.protection.${kind}`, { method }));
  return (
    <section className="vault vault--open">
      <div className="vault__line">
        <p>
          {t('credentials.openedBy')}: <span className="quiet">{opens.join(' · ')}</span>
        </p>
        <div className="vault__actions">
          {mayAct ? (
            <Button onClick={() => act(() => rpc().vault.lock())}>{t('credentials.lock')}</Button>
          ) : null}
          {mayOwn ? (
            <Menu
              trigger={<Button>{t('credentials.more')}</Button>}
              entries={[
                { label: t('credentials.changePassphrase'), onSelect: () => setDialog('passphrase') },
                { label: t('credentials.newRecovery'), onSelect: () => setDialog('recovery') },
                ...(vault.keychain
                  ? [
                      {
                        label: t(byKeychain ? 'credentials.dropKeychain' : 'credentials.useKeychain'),
                        onSelect: () => act(() => rpc().vault.setKeychain({ on: !byKeychain })),
                      },
                    ]
                  : []),
                { label: t('credentials.export'), onSelect: () => setDialog('export') },
                { label: t('credentials.import'), onSelect: () => setDialog('import') },
              ]}
            />
          ) : null}
        </div>
      </div>
      {mayAct ? <LockSettings /> : null}
      {dialog === 'passphrase' ? <ChangePassphrase vault={vault} onClose={close} /> : null}
      {dialog === 'recovery' ? <NewRecovery vault={vault} onClose={close} /> : null}
      {dialog === 'export' ? <ExportDialog onClose={close} /> : null}
      {dialog === 'import' ? <ImportDialog onClose={close} /> : null}
    </section>
  );
}

function LockSettings() {
  const t = useT();
  const settings = useSession((state) => state.settings);
  const host = useSession((state) => state.info?.host);
  const [text, setText] = useState<string | null>(null);
  if (!settings) return null;
  const shown = text ?? String(settings.vaultIdleMinutes);
  const valid = /^\d{1,4}$/.test(shown) && Number(shown) <= 1440;
  return (
    <div className="vault__settings">
      <Field
        label={t('credentials.idle')}
        error={valid ? undefined : t('settings.outOfRange', { low: 0, high: 1440 })}
      >
        {(ids) => (
          <Input
            {...ids}
            className="vault__number"
            inputMode="numeric"
            value={shown}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => {
              if (valid && Number(shown) !== settings.vaultIdleMinutes)
                void updateSettings({ vaultIdleMinutes: Number(shown) });
              if (valid) setText(null);
            }}
          />
        )}
      </Field>
      {host === 'desktop' ? (
        <Checkbox
          label={t('credentials.withScreen')}
          checked={settings.vaultLockWithScreen}
          onChecked={(on) => void updateSettings({ vaultLockWithScreen: on })}
        />
      ) : null}
    </div>
  );
}
