import { type ReactNode, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Badge, Button, ErrorState, Field, Input, Skeleton } from '#renderer/ui/index.ts';
import type { Forward, ListeningPort } from '#shared/domain/forward.ts';
import { newId } from '#shared/domain/new-id.ts';
import { reachableHost } from './naming.ts';
import { learnForwards, useForwards } from './store.ts';

interface Place {
  machineId: string;
  /** Only what this run's processes listen on. */
  runId?: string;
}

/** What listens on a machine, or of a run, each with one click from being forwarded; and any other port by its number. */
export function FoundPorts({ place, seen, choose }: { place: Place; seen: boolean; choose?: ReactNode }) {
  const t = useT();
  const may = useMay('operator');
  if (!may) return null;
  return (
    <div className="ports__found">
      {seen ? (
        <Listening place={place} choose={choose} />
      ) : (
        <>
          <div className="ports__bar">
            <h2>{t('ports.found')}</h2>
            {choose}
          </div>
          <p className="quiet">{t('ports.notSeen')}</p>
        </>
      )}
      <OtherPort place={place} />
    </div>
  );
}

function Listening({ place, choose }: { place: Place; choose: ReactNode }) {
  const t = useT();
  const { value, error, retry } = useLive<ListeningPort[]>(
    `${place.machineId} ${place.runId ?? ''}`,
    (signal) => rpc().ports.listening(place, { signal }),
    () => false,
  );
  const ofRun = place.runId !== undefined;
  return (
    <>
      <div className="ports__bar">
        <h2>{t('ports.found')}</h2>
        {choose}
        <Button onClick={retry}>{t('ports.refresh')}</Button>
      </div>
      {error ? <ErrorState error={error} onRetry={retry} /> : null}
      {!value && !error ? <Skeleton rows={4} /> : null}
      {value?.length === 0 ? (
        <p className="quiet">{t(ofRun ? 'ports.nothingOfRun' : 'ports.nothing')}</p>
      ) : null}
      {value && value.length > 0 ? (
        <ul className="ports__list" aria-label={t('ports.foundOf')}>
          {value.map((found) => (
            <FoundPort key={found.port} found={found} place={place} />
          ))}
        </ul>
      ) : null}
    </>
  );
}

function FoundPort({ found, place }: { found: ListeningPort; place: Place }) {
  const t = useT();
  const forwards = useForwards(({ byId }) => byId);
  const { port, process, guess, runId, runName } = found;
  const there = [...forwards.values()].find((one) => leadsTo(one, place.machineId, found));
  return (
    <li>
      <span className="mono ports__port">{port}</span>
      {guess ? <Badge tone="accent">{t(`ports.guess.${guess}`)}</Badge> : <span />}
      <span className="ports__program">
        {process ? (
          <>
            <span>{process.name}</span>{' '}
            <code className="quiet" title={process.command}>
              {process.command}
            </code>
          </>
        ) : (
          <span className="quiet">{t('ports.hiddenProcess')}</span>
        )}
      </span>
      {runId !== null && runName !== null && place.runId === undefined ? (
        <Link className="clip" href={paths.run(runId, 'ports')}>
          {runName}
        </Link>
      ) : (
        <span className="quiet mono">{found.address}</span>
      )}
      {there ? (
        <span className="quiet">{t('ports.forwardedAt', { port: there.localPort })}</span>
      ) : (
        <ForwardButton
          place={{ machineId: place.machineId, ...(runId === null ? {} : { runId }) }}
          port={port}
          host={reachableHost(found.address)}
        />
      )}
    </li>
  );
}

const leadsTo = (forward: Forward, machineId: string, { port, address }: ListeningPort): boolean =>
  forward.machineId === machineId &&
  forward.remotePort === port &&
  (forward.remoteHost === reachableHost(address) || forward.remoteHost === address);

async function forward(place: Place, remotePort: number, remoteHost: string): Promise<boolean> {
  try {
    const opened = await rpc().ports.open({ requestId: newId(), ...place, remotePort, remoteHost });
    learnForwards([opened]);
    return true;
  } catch (thrown) {
    sayError(thrown);
    return false;
  }
}

function ForwardButton({ place, port, host }: { place: Place; port: number; host: string }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  return (
    <Button
      small
      busy={busy}
      aria-label={t('ports.forwardOf', { port })}
      onClick={() => {
        setBusy(true);
        void forward(place, port, host).finally(() => setBusy(false));
      }}
    >
      {t('ports.forward')}
    </Button>
  );
}

/** A port that is not in the list: of a program that may not be seen, or is yet to start. */
function OtherPort({ place }: { place: Place }) {
  const t = useT();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  const valid = port >= 1 && port <= 65_535;
  const submit = async () => {
    setBusy(true);
    if (await forward(place, port, 'localhost')) setText('');
    setBusy(false);
  };
  return (
    <form
      className="ports__other"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) void submit();
      }}
    >
      <Field
        label={t('ports.otherPort')}
        hint={t('ports.otherPortHint')}
        error={text.trim() === '' || valid ? undefined : t('ports.badPort')}
      >
        {(ids) => (
          <Input
            {...ids}
            className="num"
            inputMode="numeric"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" busy={busy} disabled={!valid}>
        {t('ports.forward')}
      </Button>
    </form>
  );
}
