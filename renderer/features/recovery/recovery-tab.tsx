import './recovery.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { type Live, useLive } from '#renderer/app/use-live.ts';
import { openProposals, usePlaces } from '#renderer/features/places/place-store.ts';
import { ProposalActions, proposalWords } from '#renderer/features/places/proposal-actions.tsx';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Button,
  ErrorState,
  formatDuration,
  formatInteger,
  type Shape,
  Skeleton,
  StatusDot,
  type Tone,
  useTicking,
} from '#renderer/ui/index.ts';
import type { RecoveryEvent, RecoverySpec } from '#shared/domain/recovery.ts';
import type { Run } from '#shared/domain/run.ts';
import { PolicyDialog } from './policy-dialog.tsx';
import { policySentences } from './policy-words.ts';

interface Recovery {
  policy: RecoverySpec | null;
  from: 'task' | 'user' | 'none';
  atBoot: 'cron' | 'systemd' | 'impossible' | 'off' | 'unknown';
  events: RecoveryEvent[];
}

/** What happens when something happens to the run: the policy, whether its box restarts it, and what was done so far. */
export function RecoveryTab({ run }: { run: Run }) {
  const t = useT();
  const live = useLive<Recovery>(
    run.id,
    (signal) => rpc().recovery.get({ runId: run.id }, { signal }),
    (event) => event.type === 'recovery.changed' && (event.runId === null || event.runId === run.id),
  );
  const { value, error, retry } = live;
  if (error && !value) return <ErrorState error={error} onRetry={retry} />;
  if (!value) return <Skeleton rows={8} />;
  return (
    <div className="recovery">
      <Policy run={run} recovery={value} live={live} />
      <section>
        <Proposals runId={run.id} />
        <h2>{t('recovery.happened')}</h2>
        {value.events.length === 0 ? <p className="quiet">{t('recovery.nothingHappened')}</p> : null}
        <ol className="recovery__events">
          {value.events.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ol>
      </section>
    </div>
  );
}

function Policy({ run, recovery, live }: { run: Run; recovery: Recovery; live: Live<Recovery> }) {
  const t = useT();
  const may = useMay('operator');
  const [edits, setEdits] = useState(false);
  const { policy, from, atBoot } = recovery;
  return (
    <section className="recovery__policy">
      <h2>{t('recovery.policy')}</h2>
      <p className="quiet">{t(`recovery.from.${from}`)}</p>
      {policy ? (
        <ul className="recovery__rules">
          {policySentences(policy, t).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p>{t('recovery.noPolicy')}</p>
      )}
      <p className="recovery__boot">
        <StatusDot
          tone={atBoot === 'cron' || atBoot === 'systemd' ? 'ok' : 'idle'}
          shape={atBoot === 'cron' || atBoot === 'systemd' ? 'tick' : 'ring'}
        />
        <span>{t(`recovery.boot.${atBoot}`, { machine: placeName(run.machineId, run.machineName, t) })}</span>
      </p>
      {may ? (
        <Button onClick={() => setEdits(true)}>{t(policy ? 'recovery.edit' : 'recovery.setUp')}</Button>
      ) : null}
      {edits ? (
        <PolicyDialog
          run={run}
          policy={policy}
          from={from}
          onClose={() => setEdits(false)}
          onKept={live.retry}
        />
      ) : null}
    </section>
  );
}

function Proposals({ runId }: { runId: string }) {
  const t = useT();
  const open = openProposals(usePlaces(({ proposals }) => proposals)).filter((each) => each.runId === runId);
  if (open.length === 0) return null;
  return (
    <ul className="recovery__proposals">
      {open.map((proposal) => {
        const { title, text } = proposalWords(proposal, t);
        return (
          <li key={proposal.id} className="recovery__proposal">
            <h3>{title}</h3>
            <p>{text}</p>
            <div className="recovery__answers">
              <ProposalActions proposal={proposal} />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

const looks: Record<RecoveryEvent['outcome'], [Tone, Shape]> = {
  waiting: ['accent', 'half'],
  asked: ['warn', 'half'],
  restarted: ['ok', 'tick'],
  'gave-up': ['bad', 'cross'],
  failed: ['bad', 'cross'],
  declined: ['idle', 'square'],
};

function EventLine({ event }: { event: RecoveryEvent }) {
  const t = useT();
  const [tone, shape] = looks[event.outcome];
  return (
    <li>
      <StatusDot tone={tone} shape={shape} />
      <div>
        <p>
          <b>{t(`recovery.cause.${event.cause}`)}</b>{' '}
          <span className="soft">{t('recovery.attempt', { n: event.epoch })}</span>{' '}
          <span className="quiet">
            <Age at={event.at} />
          </span>
        </p>
        <p>
          <Outcome event={event} />
        </p>
        {event.diagnosis ? (
          <div className="recovery__diagnosis">
            <p>{t(`recovery.guess.${event.diagnosis.guess}`)}</p>
            {event.diagnosis.line === '' ? null : <pre className="code">{event.diagnosis.line}</pre>}
            {event.diagnosis.lastLines.length > 0 ? (
              <details>
                <summary>{t('recovery.lastLines')}</summary>
                <pre className="code">{event.diagnosis.lastLines.join('\n')}</pre>
              </details>
            ) : null}
          </div>
        ) : null}
        {event.error ? (
          <p className="recovery__error">
            {translateError(event.error.code, event.error.params, event.error.message)}
          </p>
        ) : null}
      </div>
    </li>
  );
}

function Outcome({ event }: { event: RecoveryEvent }) {
  const t = useT();
  const due = useTicking((now) =>
    event.dueAt === null || event.dueAt <= now
      ? ''
      : t('recovery.dueIn', { time: formatDuration(event.dueAt - now) }),
  );
  const where =
    event.toMachineId === null
      ? ''
      : t('recovery.onMachine', { machine: placeName(event.toMachineId, event.toMachineName ?? '', t) });
  const from =
    event.checkpoint === null
      ? ''
      : event.checkpoint.step === null
        ? t('recovery.fromPath', { path: event.checkpoint.path })
        : t('recovery.fromStep', { step: formatInteger(event.checkpoint.step) });
  const attempt = event.newEpoch === null ? '' : t('recovery.asAttempt', { n: event.newEpoch });
  const outcome = t(`recovery.outcome.${event.outcome}`);
  const comma = t('ui.comma');
  const parts = [where, attempt, from, event.outcome === 'waiting' ? due : ''].filter(Boolean);
  return (
    <span className="soft num">
      {parts.length === 0 ? outcome : t('recovery.outcomeWith', { outcome, rest: parts.join(comma) })}
    </span>
  );
}
