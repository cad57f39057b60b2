import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Dialog, ErrorState, Field, Input, Skeleton, toast } from '#renderer/ui/index.ts';
import type { SshHostPreview } from '#shared/domain/site.ts';

type Host = SshHostPreview & { siteId: string | null };

/** Hosts of an ssh_config with what OpenSSH would use for each; those picked become sites. */
export function ImportDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [file, setFile] = useState('');
  const { hosts, failure, busy, read, importPicked } = useImport(onClose);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const free = (hosts ?? []).filter(({ siteId, error }) => siteId === null && !error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPicked(new Set());
    void read(file);
  };
  const toggle = (host: string, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(host);
    else next.delete(host);
    setPicked(next);
  };
  return (
    <Dialog open wide title={t('sites.importTitle')} description={t('sites.importText')} onClose={onClose}>
      <div className="dialog__body">
        <form className="sites__file" onSubmit={submit}>
          <Field label={t('sites.configFile')} hint={t('sites.configHint')}>
            {(ids) => (
              <Input
                {...ids}
                value={file}
                placeholder="~/.ssh/config"
                onChange={(event) => setFile(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit">{t('sites.read')}</Button>
        </form>
        {failure ? <ErrorState error={failure} /> : null}
        {hosts === null && !failure ? <Skeleton rows={4} /> : null}
        {hosts?.length === 0 ? <p className="quiet">{t('sites.noHostsInConfig')}</p> : null}
        {hosts && hosts.length > 0 ? (
          <div className="sites__hosts">
            <Checkbox
              label={t('ui.selectAll')}
              checked={free.length > 0 && picked.size === free.length}
              mixed={picked.size > 0 && picked.size < free.length}
              disabled={free.length === 0}
              onChecked={(on) => setPicked(new Set(on ? free.map(({ host }) => host) : []))}
            />
            <ul>
              {hosts.map((host) => (
                <HostLine
                  key={host.host}
                  host={host}
                  picked={picked.has(host.host)}
                  onPicked={(on) => toggle(host.host, on)}
                />
              ))}
            </ul>
          </div>
        ) : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('ui.cancel')}</Button>
        <Button
          look="primary"
          disabled={picked.size === 0}
          busy={busy}
          onClick={() => void importPicked(file, [...picked])}
        >
          {t('sites.importCount', { count: picked.size })}
        </Button>
      </div>
    </Dialog>
  );
}

function HostLine({ host, picked, onPicked }: { host: Host; picked: boolean; onPicked(on: boolean): void }) {
  const t = useT();
  const direct = `${host.user}@${host.hostName}${host.port === 22 ? '' : `:${host.port}`}`;
  const address = host.proxyJump ? t('sites.via', { address: direct, jump: host.proxyJump }) : direct;
  const error = host.error && translateError(host.error.code, host.error.params, host.error.message);
  return (
    <li>
      <Checkbox
        hideLabel
        label={t('sites.pick', { host: host.host })}
        checked={picked}
        disabled={host.siteId !== null || Boolean(host.error)}
        onChecked={onPicked}
      />
      <b className="clip">{host.host}</b>
      <span className="mono quiet clip" title={address}>
        {address}
      </span>
      <span className={host.error ? 'sites__short clip' : 'quiet clip'} title={error}>
        {error ?? (host.siteId === null ? '' : t('sites.alreadySite'))}
      </span>
    </li>
  );
}

function useImport(onDone: () => void) {
  const t = useT();
  const [hosts, setHosts] = useState<readonly Host[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const read = useCallback(async (file: string) => {
    setFailure(null);
    setHosts(null);
    try {
      setHosts(await rpc().sites.preview(file === '' ? {} : { configFile: file }));
    } catch (thrown) {
      setFailure(thrown);
    }
  }, []);
  useEffect(() => void read(''), [read]);
  const importPicked = async (file: string, picked: string[]) => {
    setBusy(true);
    try {
      const made = await rpc().sites.importHosts({
        hosts: picked,
        ...(file === '' ? {} : { configFile: file }),
      });
      toast('info', t('sites.imported', { count: made.length }));
      onDone();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return { hosts, failure, busy, read, importPicked };
}
