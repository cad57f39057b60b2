import { type MouseEvent, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  ConfirmDialog,
  copyText,
  Field,
  formatBytes,
  Input,
  Menu,
  type Shape,
  StatusDot,
  type Tone,
  toast,
} from '#renderer/ui/index.ts';
import type { Forward } from '#shared/domain/forward.ts';
import { newId } from '#shared/domain/new-id.ts';
import { addressOf, isHere, nameOf } from './naming.ts';
import { learnForwards } from './store.ts';

const looks: Record<Forward['state'], [Tone, Shape]> = {
  open: ['ok', 'filled'],
  waiting: ['unseen', 'ring'],
  failed: ['bad', 'cross'],
};

/** One forwarded port: where it leads, its address here, what goes through it, and what can be done with it. */
export function ForwardRow({ forward, ofRun = false }: { forward: Forward; ofRun?: boolean }) {
  const t = useT();
  const [tone, shape] = looks[forward.state];
  const { error } = forward;
  return (
    <tr>
      <th scope="row">
        <span className="ports__name">
          <StatusDot tone={tone} shape={shape} label={t(`ports.state.${forward.state}`)} />
          <span className="ports__title">{nameOf(forward, t)}</span>
          <span className="quiet">{t(`ports.state.${forward.state}`)}</span>
        </span>
        {error ? (
          <p className={forward.state === 'failed' ? 'ports__error' : 'quiet'}>
            {translateError(error.code, error.params, error.message)}
          </p>
        ) : null}
      </th>
      <td>
        {ofRun ? null : (
          <Link href={paths.machine(forward.machineId)}>
            {placeName(forward.machineId, forward.machineName, t)}
          </Link>
        )}
        <span className="mono">
          {forward.remoteHost === 'localhost' ? '' : ` ${forward.remoteHost}`}:{forward.remotePort}
        </span>
        {forward.runId !== null && forward.runName !== null && !ofRun ? (
          <p className="clip">
            <Link className="quiet" href={paths.run(forward.runId, 'ports')}>
              {forward.runName}
            </Link>
          </p>
        ) : null}
      </td>
      <td className="mono">localhost:{forward.localPort}</td>
      <td className="num">
        {t('ports.connections', { count: forward.connections })}
        <br />
        <span className="quiet">
          {t('ports.bytes', {
            received: formatBytes(forward.receivedBytes),
            sent: formatBytes(forward.sentBytes),
          })}
        </span>
      </td>
      <td>
        <RowActions forward={forward} />
      </td>
    </tr>
  );
}

function RowActions({ forward }: { forward: Forward }) {
  const t = useT();
  const may = useMay('operator');
  const [renaming, setRenaming] = useState(false);
  const name = nameOf(forward, t);
  const address = addressOf(forward);
  return (
    <div className="ports__acts">
      {forward.state !== 'failed' && isHere() ? (
        <a
          className="button button--small"
          href={address}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t('ports.openOf', { name })}
          onClick={(event) => openAddress(event, address)}
        >
          {t('ports.open')}
        </a>
      ) : null}
      <Menu
        trigger={
          <Button small look="quiet" aria-label={t('ports.more', { name })}>
            ⋯
          </Button>
        }
        entries={[
          {
            label: t('ports.copy'),
            hint: `localhost:${forward.localPort}`,
            onSelect: () => void copyText(address),
          },
          ...(may
            ? [
                { label: t('ports.rename'), onSelect: () => setRenaming(true) },
                { kind: 'rule' as const },
                { label: t('ports.close'), danger: true, onSelect: () => void close(forward, t) },
              ]
            : []),
        ]}
      />
      {renaming ? <RenameDialog forward={forward} onClose={() => setRenaming(false)} /> : null}
    </div>
  );
}

/** In the desktop app the shell opens the user's browser; in a browser the link does by itself. */
function openAddress(event: MouseEvent, address: string): void {
  if (!window.trainyard) return;
  event.preventDefault();
  window.trainyard.openExternal(address);
}

/** Taken back by one click: it comes again on the same port. */
async function close(forward: Forward, t: ReturnType<typeof useT>): Promise<void> {
  try {
    await rpc().ports.close({ forwardId: forward.id });
  } catch (thrown) {
    sayError(thrown);
    return;
  }
  const { machineId, runId, remoteHost, remotePort, localPort, label } = forward;
  const again = () =>
    rpc()
      .ports.open({
        requestId: newId(),
        machineId,
        ...(runId === null ? {} : { runId }),
        remoteHost,
        remotePort,
        localPort,
        label,
      })
      .then((opened) => learnForwards([opened]), sayError);
  toast('info', t('ports.closed', { port: localPort }), {
    actions: [{ label: t('ports.undo'), run: () => void again() }],
  });
}

function RenameDialog({ forward, onClose }: { forward: Forward; onClose(): void }) {
  const t = useT();
  const [label, setLabel] = useState(forward.label);
  return (
    <ConfirmDialog
      title={t('ports.renameTitle', { name: nameOf(forward, t) })}
      consequence={t('ports.renameText')}
      danger={false}
      actLabel={t('ports.save')}
      onClose={onClose}
      act={async () => learnForwards([await rpc().ports.rename({ forwardId: forward.id, label })])}
    >
      <Field label={t('ports.name')}>
        {(ids) => (
          <Input {...ids} value={label} maxLength={100} onChange={(event) => setLabel(event.target.value)} />
        )}
      </Field>
    </ConfirmDialog>
  );
}
