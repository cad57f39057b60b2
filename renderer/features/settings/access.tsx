import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Button,
  ConfirmDialog,
  CopyButton,
  Dialog,
  ErrorState,
  Field,
  formatDateTime,
  Input,
  Select,
} from '#renderer/ui/index.ts';
import { type AccessToken, tokenName } from '#shared/domain/access.ts';
import { type Role, roles } from '#shared/domain/role.ts';

/** Named tokens: who may open this Trainyard in a browser, and what they may do. */
export function Access() {
  const t = useT();
  const [tokens, setTokens] = useState<readonly AccessToken[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<AccessToken | null>(null);
  const load = useCallback(() => {
    rpc().access.list().then(setTokens).catch(setFailure);
  }, []);
  useEffect(load, [load]);
  return (
    <div className="backups">
      <p className="quiet">{t('settings.accessText')}</p>
      <Button onClick={() => setMaking(true)}>{t('settings.newToken')}</Button>
      {failure ? <ErrorState error={failure} /> : null}
      {tokens && tokens.length > 0 ? <TokenTable tokens={tokens} onRevoke={setRevoking} /> : null}
      {making ? (
        <NewToken
          onClose={() => {
            setMaking(false);
            load();
          }}
        />
      ) : null}
      {revoking ? (
        <ConfirmDialog
          title={t('settings.revokeTitle', { name: revoking.name })}
          consequence={t('settings.revokeText')}
          actLabel={t('settings.revoke')}
          onClose={() => setRevoking(null)}
          act={async () => {
            await rpc().access.revoke({ tokenId: revoking.id });
            load();
          }}
        />
      ) : null}
    </div>
  );
}

function TokenTable({
  tokens,
  onRevoke,
}: {
  tokens: readonly AccessToken[];
  onRevoke(token: AccessToken): void;
}) {
  const t = useT();
  return (
    <table className="plain num">
      <thead>
        <tr>
          <th scope="col">{t('settings.tokenName')}</th>
          <th scope="col">{t('settings.tokenRole')}</th>
          <th scope="col">{t('settings.tokenEnds')}</th>
          <th scope="col">{t('settings.tokenUsed')}</th>
          <th scope="col">
            <span className="hidden-visually">{t('app.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td>{token.name}</td>
            <td>{t(`settings.role.${token.role}`)}</td>
            <td>
              {token.expiresAt === null
                ? t('settings.tokenNever')
                : token.expiresAt <= Date.now()
                  ? t('settings.tokenEnded')
                  : formatDateTime(token.expiresAt)}
            </td>
            <td className="quiet">{token.usedAt === null ? '–' : <Age at={token.usedAt} />}</td>
            <td className="right">
              <Button small look="danger" onClick={() => onRevoke(token)}>
                {t('settings.revoke')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const lifetimes = ['1', '7', '30', '90', '365', 'never'] as const;
type Lifetime = (typeof lifetimes)[number];

/** Asks for name, role and end; then shows the token, this once. */
function NewToken({ onClose }: { onClose(): void }) {
  const t = useT();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState<Lifetime>('30');
  const [secret, setSecret] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const valid = tokenName.safeParse(name).success;
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!valid || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const lifetimeSeconds = days === 'never' ? null : Number(days) * 86_400;
      setSecret((await rpc().access.create({ name, role, lifetimeSeconds })).secret);
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  if (secret !== null) {
    return (
      <Dialog
        open
        title={t('settings.tokenMade', { name })}
        description={t('settings.tokenOnce')}
        onClose={onClose}
      >
        <div className="dialog__body">
          <code className="mono settings__token">{secret}</code>
          <CopyButton text={secret} />
        </div>
        <div className="dialog__actions">
          <Button look="primary" onClick={onClose}>
            {t('settings.tokenKept')}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open title={t('settings.newToken')} onClose={onClose}>
      <form onSubmit={(event) => void make(event)}>
        <div className="dialog__body">
          <Field
            label={t('settings.tokenName')}
            error={name !== '' && !valid ? t('settings.tokenNameBad') : undefined}
          >
            {(ids) => (
              <Input {...ids} value={name} autoFocus onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <Field label={t('settings.tokenRole')} hint={t(`settings.roleHint.${role}`)}>
            {(ids) => (
              <Select<Role>
                {...ids}
                value={role}
                onValue={setRole}
                options={roles.map((value) => ({ value, label: t(`settings.role.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t('settings.tokenEnds')}>
            {(ids) => (
              <Select<Lifetime>
                {...ids}
                value={days}
                onValue={setDays}
                options={lifetimes.map((value) => ({
                  value,
                  label:
                    value === 'never'
                      ? t('settings.tokenNever')
                      : t('settings.tokenInDays', { count: Number(value) }),
                }))}
              />
            )}
          </Field>
          {failure ? <ErrorState error={failure} /> : null}
        </div>
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} disabled={!valid}>
            {t('settings.makeToken')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
