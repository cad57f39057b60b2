import { type ReactNode, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { reloadVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, Input, toast } from '#renderer/ui/index.ts';
import { newRecoveryPassphrase, type VaultState } from '#shared/domain/credential.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ShownOnce } from './create-vault.tsx';

function Secret({
  label,
  hint,
  value,
  onValue,
}: {
  label: ReactNode;
  hint?: string;
  value: string;
  onValue(value: string): void;
}) {
  return (
    <Field label={label} hint={hint}>
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
}

const hasPassphrase = ({ protection }: VaultState) => protection.some(({ kind }) => kind !== 'keychain');

export function ChangePassphrase({ vault, onClose }: { vault: VaultState; onClose(): void }) {
  const t = useT();
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [again, setAgain] = useState('');
  return (
    <ConfirmDialog
      title={t('credentials.changePassphrase')}
      consequence={t('credentials.passphraseHint')}
      actLabel={t('credentials.save')}
      danger={false}
      onClose={onClose}
      act={async () => {
        if (wanted !== again)
          throw new TrainyardError('INPUT_INVALID', t('credentials.differs'), {
            params: { where: t('credentials.differs') },
          });
        await rpc().vault.changePassphrase({ passphrase: wanted, ...(current === '' ? {} : { current }) });
        await reloadVault();
      }}
    >
      {hasPassphrase(vault) ? (
        <Secret label={t('credentials.current')} value={current} onValue={setCurrent} />
      ) : null}
      <Secret label={t('credentials.newPassphrase')} value={wanted} onValue={setWanted} />
      <Secret label={t('credentials.again')} value={again} onValue={setAgain} />
    </ConfirmDialog>
  );
}

export function NewRecovery({ vault, onClose }: { vault: VaultState; onClose(): void }) {
  const t = useT();
  const [current, setCurrent] = useState('');
  const [shown, setShown] = useState<string | null>(null);
  if (shown !== null) return <ShownOnce recovery={shown} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t('credentials.newRecovery')}
      consequence={t('credentials.newRecoveryText')}
      actLabel={t('credentials.newRecovery')}
      danger={false}
      onClose={() => (shown === null ? onClose() : undefined)}
      act={async () => {
        const recovery = newRecoveryPassphrase();
        await rpc().vault.setRecovery({ recovery, ...(current === '' ? {} : { current }) });
        setShown(recovery);
        await reloadVault();
      }}
    >
      {hasPassphrase(vault) ? (
        <Secret label={t('credentials.current')} value={current} onValue={setCurrent} />
      ) : null}
    </ConfirmDialog>
  );
}

export function ExportDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [passphrase, setPassphrase] = useState('');
  return (
    <ConfirmDialog
      title={t('credentials.export')}
      consequence={t('credentials.exportText')}
      actLabel={t('credentials.export')}
      danger={false}
      onClose={onClose}
      act={async () => {
        const { text, count } = await rpc().vault.export({ passphrase });
        const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
        const link = document.createElement('a');
        link.href = url;
        link.download = 'trainyard-credentials.jsonl';
        link.click();
        URL.revokeObjectURL(url);
        toast('info', t('credentials.exported', { count }));
      }}
    >
      <Secret
        label={t('credentials.exportPassphrase')}
        hint={t('credentials.passphraseHint')}
        value={passphrase}
        onValue={setPassphrase}
      />
    </ConfirmDialog>
  );
}

export function ImportDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  return (
    <ConfirmDialog
      title={t('credentials.import')}
      consequence={t('credentials.importText')}
      actLabel={t('credentials.import')}
      danger={false}
      onClose={onClose}
      act={async () => {
        const text = (await file?.text()) ?? '';
        const { added } = await rpc().vault.import({ text, passphrase });
        toast('info', t('credentials.imported', { count: added.length }));
        await reloadVault();
      }}
    >
      <Field label={t('credentials.importFile')}>
        {(ids) => (
          <input {...ids} type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        )}
      </Field>
      <Secret label={t('credentials.exportPassphrase')} value={passphrase} onValue={setPassphrase} />
    </ConfirmDialog>
  );
}
