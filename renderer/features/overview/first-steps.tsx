import { type ReactNode, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { keepFirstSteps, useArrangement } from '#renderer/app/layout-store.ts';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, toast } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Site } from '#shared/domain/site.ts';

/** The way to the first training that runs, as a list that goes away when it is walked, or when the user says so. */
export function FirstSteps({
  sites,
  newest,
  ended,
}: {
  sites: readonly Site[];
  /** The run that was made last. */
  newest: RunSummary | undefined;
  /** Whether any run has ended. */
  ended: boolean;
}) {
  const t = useT();
  const wanted = useArrangement((state) => state.firstSteps);
  const mayAct = useMay('operator');
  const made = newest !== undefined;
  const placed = made || sites.some(({ kind }) => kind !== 'local');
  if (!wanted || !mayAct || (made && ended)) return null;
  return (
    <section className="firststeps" aria-labelledby="steps-title">
      <div className="firststeps__head">
        <h2 id="steps-title">{t('overview.welcome')}</h2>
        <Button small look="quiet" onClick={() => putAway(t('overview.stepsGone'), t('app.undo'))}>
          {t('overview.stepsHide')}
        </Button>
      </div>
      <p className="soft">{t('overview.welcomeText')}</p>
      <ol>
        <Step n={1} title={t('overview.stepWhere')} text={t('overview.stepWhereText')} done={placed}>
          <Hosts sites={sites} />
          <Link className="button button--small" href={`${paths.sites}?add=1`}>
            {t('overview.connectBox')}
          </Link>
        </Step>
        <Step n={2} title={t('overview.stepLaunch')} text={t('overview.stepLaunchText')} done={made}>
          <Link className="button button--small button--primary" href={`${paths.newRun}?template=sample`}>
            {t('overview.trySample')}
          </Link>
          <Link className="button button--small" href={paths.newRun}>
            {t('overview.writeOwn')}
          </Link>
        </Step>
        <Step n={3} title={t('overview.stepWatch')} text={t('overview.stepWatchText')} done={ended}>
          {newest ? (
            <Link className="button button--small button--primary" href={paths.run(newest.id)}>
              {t('overview.watch', { name: newest.name })}
            </Link>
          ) : null}
        </Step>
      </ol>
    </section>
  );
}

function putAway(said: string, undo: string): void {
  keepFirstSteps(false);
  toast('info', said, { actions: [{ label: undo, run: () => keepFirstSteps(true) }] });
}

function Step({
  n,
  title,
  text,
  done,
  children,
}: {
  n: number;
  title: string;
  text: string;
  done: boolean;
  children: ReactNode;
}) {
  const t = useT();
  return (
    <li className={done ? 'firststep firststep--done' : 'firststep'}>
      <span className="firststep__mark num" aria-hidden="true">
        {done ? '✓' : n}
      </span>
      <div>
        <h3>
          {title}
          {done ? <span className="hidden-visually"> {t('overview.stepDone')}</span> : null}
        </h3>
        {done ? null : (
          <>
            <p className="quiet">{text}</p>
            <div className="firststep__acts">{children}</div>
          </>
        )}
      </div>
    </li>
  );
}

const mostShown = 4;

/** Hosts that the user's ssh_config names, one click from being connected. */
function Hosts({ sites }: { sites: readonly Site[] }) {
  const t = useT();
  const [hosts, setHosts] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a site more is a host less to connect
  useEffect(() => {
    const abort = new AbortController();
    rpc()
      .sites.preview({}, { signal: abort.signal })
      .then((all) => {
        if (!abort.signal.aborted)
          setHosts(all.filter(({ siteId, error }) => siteId === null && !error).map(({ host }) => host));
      })
      // No ssh_config, or a damaged one: the field for a host is beside it, and says what is wrong.
      .catch((thrown: unknown) => console.info('The hosts of ssh_config are not known:', thrown));
    return () => abort.abort();
  }, [sites.length]);
  const connect = async (host: string) => {
    setBusy(host);
    try {
      await rpc().sites.importHosts({ hosts: [host] });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(null);
    }
  };
  return (
    <>
      {hosts.slice(0, mostShown).map((host) => (
        <Button key={host} small busy={busy === host} onClick={() => void connect(host)}>
          {t('overview.connectHost', { host })}
        </Button>
      ))}
      {hosts.length > mostShown ? (
        <Link className="button button--small" href={`${paths.sites}?import=1`}>
          {t('overview.moreHosts', { n: hosts.length - mostShown })}
        </Link>
      ) : null}
    </>
  );
}
