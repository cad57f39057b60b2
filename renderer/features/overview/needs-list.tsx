import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { ProposalActions, proposalWords } from '#renderer/features/places/proposal-actions.tsx';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { faultText } from '#renderer/features/sites/fault-words.ts';
import { type Translate, translateError, useT } from '#renderer/i18n/index.ts';
import { Button, formatBytes, toast } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { Need } from './needs.ts';

/** What will not go on without the user, the action beside it. */
export function NeedsList({ needs }: { needs: readonly Need[] }) {
  const t = useT();
  return (
    <section aria-labelledby="needs-title" className="needs">
      <h2 id="needs-title">{t('overview.needsYou')}</h2>
      {needs.length === 0 ? <p className="quiet">{t('overview.nothingNeeded')}</p> : null}
      <ul>
        {needs.map((need) => (
          <NeedCard key={need.id} need={need} />
        ))}
      </ul>
    </section>
  );
}

function NeedCard({ need }: { need: Need }) {
  const t = useT();
  const { title, text } = needWords(need, t);
  return (
    <li className={`need need--${need.kind}`}>
      <h3>{title}</h3>
      {text ? <p>{text}</p> : null}
      <div className="need__actions">
        <NeedActions need={need} />
      </div>
    </li>
  );
}

function needWords(need: Need, t: Translate): { title: string; text: string } {
  switch (need.kind) {
    case 'prompt':
      return {
        title: t('overview.needPrompt', { site: need.prompt.siteName }),
        text: t('overview.needPromptText'),
      };
    case 'blocked': {
      const { error } = need.site.connection;
      return {
        title: t('overview.needBlocked', { site: need.site.name }),
        text: error ? translateError(error.code, error.params, error.message) : '',
      };
    }
    case 'fault':
      return {
        title: t('overview.needFault', {
          machine: placeName(need.machine.id, need.machine.name, t),
          index: need.index,
        }),
        text: faultText(need.fault, t),
      };
    case 'disk':
      return {
        title: t('overview.needDisk', { machine: placeName(need.machine.id, need.machine.name, t) }),
        text: t('overview.needDiskText', {
          free: formatBytes(need.freeBytes),
          size: formatBytes(need.sizeBytes),
          path: need.path,
        }),
      };
    case 'proposal':
      return proposalWords(need.proposal, t);
    case 'run': {
      const { name, state } = need.run;
      return {
        title: t(state === 'lost' ? 'overview.needLost' : 'overview.needFailed', { name }),
        text: describeRun(need.run, Date.now(), t).sentence,
      };
    }
  }
}

/** Put out of sight at once; it can be had back. */
async function archiveRun({ id, name }: RunSummary, t: Translate): Promise<void> {
  const set = (archived: boolean) => rpc().runs.archive({ runId: id, archived });
  try {
    await set(true);
    toast('info', t('overview.archived', { name }), {
      actions: [{ label: t('app.undo'), run: () => void set(false).catch(sayError) }],
    });
  } catch (thrown) {
    sayError(thrown);
  }
}

function NeedActions({ need }: { need: Need }) {
  const t = useT();
  const mayAct = useMay('operator');
  switch (need.kind) {
    case 'prompt':
    case 'blocked':
      return (
        <Link className="button button--small" href={paths.sites}>
          {t('overview.openSite')}
        </Link>
      );
    case 'fault':
    case 'disk':
      return (
        <Link className="button button--small" href={paths.machine(need.machine.id)}>
          {t('overview.openMachine')}
        </Link>
      );
    case 'proposal':
      return (
        <>
          <ProposalActions proposal={need.proposal} />
          <Link className="button button--small button--quiet" href={paths.run(need.proposal.runId)}>
            {t('overview.openRun')}
          </Link>
        </>
      );
    case 'run':
      return (
        <>
          <Link className="button button--small" href={paths.run(need.run.id)}>
            {t('overview.openRun')}
          </Link>
          {mayAct ? (
            <Button small look="quiet" onClick={() => void archiveRun(need.run, t)}>
              {t('overview.archive')}
            </Button>
          ) : null}
        </>
      );
  }
}
