import { type FormEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { reloadVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, CopyButton, Dialog, ErrorState, Field, Input } from '#renderer/ui/index.ts';
import { newRecoveryPassphrase } from '#shared/domain/credential.ts';

/** Where there is no vault yet: how it is to be opened, then the recovery passphrase, once. */
export function CreateVault({
  keychain,
  onRecovery,
}: {
  keychain: string | null;
  /** Shows it: by now the vault is there, and this form is not. */
  onRecovery(recovery: string): void;
}) {
  const t = useT();
  const mayOwn = useMay('owner');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [byKeychain, setByKeychain] = useState(keychain !== null);
  const [wantsRecovery, setWantsRecovery] = useState(true);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const differs = again !== '' && again !== passphrase;
  const ready = passphrase === '' ? byKeychain && keychain !== null : again === passphrase;
  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setFailure(null);
    // Made here and sent with the call: no answer of the backend ever holds it.
    const made = wantsRecovery ? newRecoveryPassphrase() : null;
    try {
      await rpc().vault.create({
        keychain: byKeychain && keychain !== null,
        ...(passphrase === '' ? {} : { passphrase }),
        ...(made === null ? {} : { recovery: made }),
      });
      if (made !== null) onRecovery(made);
      await reloadVault();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="vault">
      <h2>{t('credentials.createTitle')}</h2>
      <p className="quiet">{t('credentials.createText')}</p>
      {mayOwn ? (
        <form className="vault__create" onSubmit={(event) => void create(event)}>
          {keychain === null ? (
            <p>{t('credentials.noKeychain')}</p>
          ) : (
            <Checkbox
              label={t('credentials.keychain', { name: keychain })}
              checked={byKeychain}
              onChecked={setByKeychain}
            />
          )}
          <Field label={t('credentials.passphrase')} hint={t('credentials.passphraseHint')}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoComplete="new-password"
                value={passphrase}
                onChange={(event) => setPassphrase(event.target.value)}
              />
            )}
          </Field>
          <Field label={t('credentials.again')} error={differs ? t('credentials.differs') : undefined}>
            {(ids) => (
              <Input
                {...ids}
                type="password"
                autoComplete="new-password"
                value={again}
                onChange={(event) => setAgain(event.target.value)}
              />
            )}
          </Field>
          <Checkbox
            label={t('credentials.recoveryWanted')}
            checked={wantsRecovery}
            onChecked={setWantsRecovery}
          />
          {failure ? <ErrorState error={failure} /> : null}
          <div>
            <Button type="submit" look="primary" busy={busy} disabled={!ready}>
              {t('credentials.create')}
            </Button>
          </div>
        </form>
      ) : null}
    </section>
  );
}

/** Closed only by the button that says it was written down. */
export function ShownOnce({ recovery, onClose }: { recovery: string; onClose(): void }) {
  const t = useT();
  return (
    <Dialog
      open
      title={t('credentials.recoveryTitle')}
      description={t('credentials.recoveryText')}
      onClose={() => undefined}
    >
      <p className="vault__recovery mono">{recovery}</p>
      <div className="dialog__actions">
        <CopyButton text={recovery} label={t('credentials.recoveryTitle')} />
        <Button look="primary" onClick={onClose}>
          {t('credentials.recoveryKept')}
        </Button>
      </div>
    </Dialog>
  );
}
