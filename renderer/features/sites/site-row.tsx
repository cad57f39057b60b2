import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatDuration, formatValue, IconButton, Menu, type MenuEntry } from '#renderer/ui/index.ts';
import type { Site } from '#shared/domain/site.ts';
import { ConnectionMark, ConnectionReason } from './connection-mark.tsx';
import type { Over } from './sites-page.tsx';

const addressOf = ({ ssh }: Site): string => {
  if (!ssh) return '';
  const host = ssh.hostName && ssh.hostName !== ssh.host ? `${ssh.host} (${ssh.hostName})` : ssh.host;
  return `${ssh.user ? `${ssh.user}@` : ''}${host}${ssh.port ? `:${ssh.port}` : ''}`;
};

export function SiteRow({ site, onOver }: { site: Site; onOver(over: Over): void }) {
  const t = useT();
  const mayAct = useMay('operator');
  const { connection } = site;
  const changed = connection.error?.code === 'SSH_HOST_KEY_CHANGED';
  return (
    <tr>
      <th scope="row" className="clip">
        {placeName(site.id, site.name, t)}
      </th>
      <td>
        <div className="sites__state">
          <ConnectionMark state={connection.state} />
          {connection.state === 'connected' ? null : <ConnectionReason connection={connection} />}
        </div>
      </td>
      <td className="mono clip">{addressOf(site)}</td>
      <td className="quiet">{connection.transport ? t(`sites.transport.${connection.transport}`) : ''}</td>
      <td className="right num quiet">
        {connection.roundTripMs === undefined
          ? ''
          : connection.roundTripMs < 10
            ? `${formatValue(Math.round(connection.roundTripMs * 10) / 10)} ms`
            : formatDuration(connection.roundTripMs)}
      </td>
      <td className="right">
        {mayAct && site.kind === 'ssh' ? (
          <div className="sites__actions">
            {changed ? (
              <Button small onClick={() => onOver({ kind: 'changed-key', site })}>
                {t('sites.newKey')}
              </Button>
            ) : null}
            <ConnectButton site={site} />
            <Menu
              trigger={<IconButton label={t('sites.more', { name: site.name })}>⋯</IconButton>}
              entries={entriesFor(site, onOver, t)}
            />
          </div>
        ) : null}
      </td>
    </tr>
  );
}

function ConnectButton({ site }: { site: Site }) {
  const t = useT();
  const { state } = site.connection;
  const isOpen = state === 'connected' || state === 'connecting' || state === 'waiting-for-user';
  const act = () =>
    isOpen ? rpc().sites.disconnect({ siteId: site.id }) : rpc().sites.connect({ siteId: site.id });
  return (
    <Button small onClick={() => void act().catch(sayError)}>
      {t(isOpen ? 'sites.disconnect' : 'sites.connect')}
    </Button>
  );
}

function entriesFor(site: Site, onOver: (over: Over) => void, t: ReturnType<typeof useT>): MenuEntry[] {
  const keep = () =>
    void rpc().sites.update({ siteId: site.id, autoConnect: !site.autoConnect }).catch(sayError);
  return [
    { label: t('sites.test'), onSelect: () => onOver({ kind: 'test', site }) },
    { label: t('sites.rename'), onSelect: () => onOver({ kind: 'rename', site }) },
    { label: t(site.autoConnect ? 'sites.autoOff' : 'sites.autoOn'), onSelect: keep },
    { kind: 'rule' },
    { label: t('sites.remove'), danger: true, onSelect: () => onOver({ kind: 'remove', site }) },
  ];
}
