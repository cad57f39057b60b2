import { type ReactNode, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { reloadVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, Input, Select } from '#renderer/ui/index.ts';
import { type Credential, type CredentialKind, credentialKinds } from '#shared/domain/credential.ts';

/** Kinds whose value has several lines. */
const long: readonly CredentialKind[] = ['private-key', 'service-account'];

function Value({
  kind,
  value,
  onValue,
}: {
  kind: CredentialKind;
  value: string;
  onValue(value: string): void;
}) {
  const t = useT();
  return (
    <Field label={t('credentials.value')} hint={t('credentials.valueHint')}>
      {(ids) =>
        long.includes(kind) ? (
          <textarea
            {...ids}
            className="input vault__long"
            rows={6}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
        ) : (
          <Input
            {...ids}
            type="password"
            autoComplete="new-password"
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
        )
      }
    </Field>
  );
}

const KeyPassphrase = ({ value, onValue }: { value: string; onValue(value: string): void }) => {
  const t = useT();
  return (
    <Field label={t('credentials.keyPassphrase')}>
      {(ids) => (
        <Input
          {...ids}
          type="password"
          autoComplete="new-password"
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  );
};

export function AddCredential({ onClose }: { onClose(): void }) {
  const t = useT();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<CredentialKind>('token');
  const [scope, setScope] = useState('');
  const [value, setValue] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const text = (label: ReactNode, shown: string, change: (text: string) => void, hint?: string) => (
    <Field label={label} hint={hint}>
      {(ids) => (
        <Input {...ids} value={shown} maxLength={200} onChange={(event) => change(event.target.value)} />
      )}
    </Field>
  );
  return (
    <ConfirmDialog
      title={t('credentials.addTitle')}
      consequence=""
      actLabel={t('credentials.save')}
      danger={false}
      onClose={onClose}
      act={async () => {
        await rpc().vault.set({ name, kind, scope, value, ...(passphrase === '' ? {} : { passphrase }) });
        await reloadVault();
      }}
    >
      <Field label={t('credentials.kind')}>
        {(ids) => (
          <Select<CredentialKind>
            {...ids}
            value={kind}
            options={credentialKinds.map((each) => ({ value: each, label: t(`credentials.kind.${each}`) }))}
            onValue={setKind}
          />
        )}
      </Field>
      {text(t('credentials.name'), name, setName)}
      {kind === 'ssh-password' || kind === 'private-key'
        ? text(t('credentials.host'), scope, setScope, t('credentials.hostHint'))
        : null}
      {kind === 'key-passphrase' ? text(t('credentials.keyFile'), scope, setScope) : null}
      <Value kind={kind} value={value} onValue={setValue} />
      {kind === 'private-key' ? <KeyPassphrase value={passphrase} onValue={setPassphrase} /> : null}
    </ConfirmDialog>
  );
}

export function RotateCredential({ credential, onClose }: { credential: Credential; onClose(): void }) {
  const t = useT();
  const { id, name, kind } = credential;
  const [value, setValue] = useState('');
  const [passphrase, setPassphrase] = useState('');
  return (
    <ConfirmDialog
      title={t('credentials.rotateTitle', { name })}
      consequence=""
      actLabel={t('credentials.save')}
      danger={false}
      onClose={onClose}
      act={async () => {
        const scope = credential.problem === null ? { scope: credential.scope } : {};
        await rpc().vault.set({
          id,
          name,
          kind,
          ...scope,
          value,
          ...(passphrase === '' ? {} : { passphrase }),
        });
        await reloadVault();
      }}
    >
      <Value kind={kind} value={value} onValue={setValue} />
      {kind === 'private-key' ? <KeyPassphrase value={passphrase} onValue={setPassphrase} /> : null}
    </ConfirmDialog>
  );
}

export function RenameCredential({ credential, onClose }: { credential: Credential; onClose(): void }) {
  const t = useT();
  const [name, setName] = useState(credential.name);
  return (
    <ConfirmDialog
      title={t('credentials.rename')}
      consequence=""
      actLabel={t('credentials.save')}
      danger={false}
      onClose={onClose}
      act={async () => {
        await rpc().vault.rename({ id: credential.id, name });
        await reloadVault();
      }}
    >
      <Field label={t('credentials.name')}>
        {(ids) => (
          <Input {...ids} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
    </ConfirmDialog>
  );
}

export function DeleteCredential({ credential, onClose }: { credential: Credential; onClose(): void }) {
  const t = useT();
  return (
    <ConfirmDialog
      title={t('credentials.deleteTitle', { name: credential.name })}
      consequence={t('credentials.deleteText')}
      actLabel={t('credentials.delete')}
      onClose={onClose}
      act={async () => {
        await rpc().vault.delete({ id: credential.id });
        await reloadVault();
      }}
    />
  );
}
