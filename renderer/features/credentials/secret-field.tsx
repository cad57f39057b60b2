import { useVault } from '#renderer/app/vault-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Field, Input, Select } from '#renderer/ui/index.ts';
import { type Credential, credentialsForRuns } from '#shared/domain/credential.ts';

/** Where a run's secret comes from: typed now, or a credential of the vault. */
export type SecretSource = { from: 'typed'; value: string } | { from: 'vault'; credentialId: string };

/** Credentials that can be given to a run now: none while the vault is locked. */
export function useStoredSecrets(): readonly Credential[] {
  const { vault, credentials } = useVault();
  if (!vault || vault.locked) return [];
  return credentials.filter(({ kind, problem }) => problem === null && credentialsForRuns.includes(kind));
}

/** Until the user chooses: the credential that is called like the variable, else what is typed. */
export const sourceOf = (
  name: string,
  chosen: Readonly<Record<string, SecretSource>>,
  stored: readonly Credential[],
): SecretSource => {
  const same = stored.find((credential) => credential.name === name);
  return chosen[name] ?? (same ? { from: 'vault', credentialId: same.id } : { from: 'typed', value: '' });
};

/** What `launch` and `restart` take. Nothing typed is nothing given. */
export function secretsOf(
  names: readonly string[],
  chosen: Readonly<Record<string, SecretSource>>,
  stored: readonly Credential[],
): { secrets: Record<string, string>; secretCredentials: Record<string, string> } {
  const secrets: Record<string, string> = {};
  const secretCredentials: Record<string, string> = {};
  for (const name of names) {
    const source = sourceOf(name, chosen, stored);
    if (source.from === 'vault') secretCredentials[name] = source.credentialId;
    else if (source.value !== '') secrets[name] = source.value;
  }
  return { secrets, secretCredentials };
}

export function SecretField({
  name,
  hint,
  source,
  stored,
  onSource,
}: {
  name: string;
  hint?: string;
  source: SecretSource;
  stored: readonly Credential[];
  onSource(source: SecretSource): void;
}) {
  const t = useT();
  const options = [
    { value: '', label: t('credentials.typeIt') },
    ...stored.map((each) => ({ value: each.id, label: t('credentials.fromVault', { name: each.name }) })),
  ];
  return (
    <>
      {stored.length > 0 ? (
        <Field label={t('credentials.source', { name })}>
          {(ids) => (
            <Select
              {...ids}
              value={source.from === 'vault' ? source.credentialId : ''}
              options={options}
              onValue={(id) =>
                onSource(id === '' ? { from: 'typed', value: '' } : { from: 'vault', credentialId: id })
              }
            />
          )}
        </Field>
      ) : null}
      {source.from === 'typed' ? (
        <Field label={<code>{name}</code>} hint={hint}>
          {(ids) => (
            <Input
              {...ids}
              type="password"
              autoComplete="off"
              value={source.value}
              onChange={(event) => onSource({ from: 'typed', value: event.target.value })}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
