import './run.css';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { CheckpointsTab } from '#renderer/features/checkpoints/checkpoints-tab.tsx';
import { RunCostLine } from '#renderer/features/costs/run-cost-line.tsx';
import { BackupsTab } from '#renderer/features/keeping/backups-tab.tsx';
import { askMove, canMove, useMoveOf } from '#renderer/features/moves/index.ts';
import { MovePanel } from '#renderer/features/moves/move-panel.tsx';
import { MovesTab } from '#renderer/features/moves/moves-tab.tsx';
import { RecoveryTab } from '#renderer/features/recovery/recovery-tab.tsx';
import { TerminalButton, terminalEntries } from '#renderer/features/terminals/open-entries.tsx';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  copyText,
  EmptyState,
  ErrorState,
  formatInteger,
  Menu,
  type MenuEntry,
  ProgressBar,
  Skeleton,
  StatusDot,
  Tabs,
  useTicking,
} from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import { hasEnded } from '#shared/domain/run-states.ts';
import { ActionDialog } from '../action-dialog.tsx';
import { actionLabels, allows, type RunAction } from '../actions.ts';
import { describeRun } from '../evidence.ts';
import { AttemptsTab } from './attempts-tab.tsx';
import { FilesTab } from './files-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { PriorityDialog } from './priority-dialog.tsx';
import { useOpenRun } from './run-detail-store.ts';
import { RenameDialog, RestartDialog } from './run-dialogs.tsx';
import { SpecTab } from './spec-tab.tsx';

const tabNames = [
  'log',
  'checkpoints',
  'moves',
  'recovery',
  'backups',
  'files',
  'code',
  'ports',
  'spec',
  'attempts',
] as const;
const CodeTab = lazy(async () => ({
  default: (await import('#renderer/features/files/code-tab.tsx')).CodeTab,
}));
const PortsTab = lazy(async () => ({
  default: (await import('#renderer/features/ports/run-tab.tsx')).PortsTab,
}));
type TabName = (typeof tabNames)[number];

/** One run: what it is doing and how that is known, its log and numbers, its files, what was asked for, its attempts. */
export function RunPage({ id }: { id: string }) {
  const t = useT();
  const { run, gone, error, retry } = useOpenRun(id);
  if (gone) {
    return (
      <EmptyState
        title={t('run.gone')}
        actions={
          <Link className="button" href={paths.runs}>
            {t('run.toRuns')}
          </Link>
        }
      >
        {t('run.goneText')}
      </EmptyState>
    );
  }
  if (!run) {
    return (
      <div className="page">
        {error ? <ErrorState error={error} onRetry={retry} /> : <Skeleton rows={12} />}
      </div>
    );
  }
  return <OpenRunPage run={run} />;
}

function OpenRunPage({ run }: { run: Run }) {
  const t = useT();
  const [tab, setTab] = useTab();
  const newest = run.attempts.at(-1)?.epoch ?? run.epoch;
  const [chosen, setChosen] = useState<number | null>(null);
  useEffect(() => {
    document.title = `${run.name} – Trainyard`;
    return () => {
      document.title = 'Trainyard';
    };
  }, [run.name]);
  return (
    <div className="page run">
      <Header run={run} />
      {tab === 'moves' ? null : <MoveStrip runId={run.id} />}
      <Tabs
        label={t('run.tabs')}
        className="run__tabs"
        value={tab}
        onValue={setTab}
        tabs={[
          {
            value: 'log',
            label: t('run.logTab'),
            content: <LogTab run={run} epoch={chosen ?? newest} onEpoch={setChosen} />,
          },
          {
            value: 'checkpoints',
            label: t('checkpoints.title'),
            content: <CheckpointsTab run={run} />,
          },
          { value: 'moves', label: t('run.movesTab'), content: <MovesTab run={run} /> },
          { value: 'recovery', label: t('run.recoveryTab'), content: <RecoveryTab run={run} /> },
          { value: 'backups', label: t('keeping.title'), content: <BackupsTab run={run} /> },
          { value: 'files', label: t('run.filesTab'), content: <FilesTab run={run} /> },
          {
            value: 'code',
            label: t('files.codeTab'),
            content: (
              <Suspense fallback={<Skeleton rows={8} />}>
                <CodeTab run={run} />
              </Suspense>
            ),
          },
          {
            value: 'ports',
            label: t('ports.title'),
            content: (
              <Suspense fallback={<Skeleton rows={8} />}>
                <PortsTab run={run} />
              </Suspense>
            ),
          },
          { value: 'spec', label: t('run.specTab'), content: <SpecTab run={run} /> },
          {
            value: 'attempts',
            label: t('run.attemptsTab'),
            content: (
              <AttemptsTab
                run={run}
                onLog={(epoch) => {
                  setChosen(epoch);
                  setTab('log');
                }}
              />
            ),
          },
        ]}
      />
    </div>
  );
}

/** A move under way, above whatever tab is open. */
function MoveStrip({ runId }: { runId: string }) {
  const move = useMoveOf(runId);
  return move ? <MovePanel move={move} brief /> : null;
}

/** The tab is part of the address, so that a link leads to it and "back" leaves the page, not the tab. */
function useTab(): [TabName, (tab: TabName) => void] {
  const [location, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch()).get('tab');
  const tab = tabNames.find((name) => name === asked) ?? 'log';
  return [tab, (next) => navigate(next === 'log' ? location : `${location}?tab=${next}`, { replace: true })];
}

function Header({ run }: { run: Run }) {
  const t = useT();
  const now = useTicking((time) => describeRun(run, time, t).sentence);
  const { tone, shape, state } = describeRun(run, run.seenAt ?? run.createdAt, t);
  return (
    <div className="run__head">
      <div className="run__title">
        <h1 title={run.name}>{run.name}</h1>
        <p className="run__sentence">
          <StatusDot tone={tone} shape={shape} />
          <span>
            <b>{state}</b>{' '}
            <Link href={paths.machine(run.machineId)}>
              {t('run.onMachine', { machine: placeName(run.machineId, run.machineName, t) })}
            </Link>
            <span className="num">{t('run.evidence', { sentence: now })}</span>
          </span>
        </p>
        {run.state === 'running' && run.step !== null && run.totalSteps !== null ? (
          <div className="run__progress">
            <ProgressBar label={t('run.progress')} done={run.step} total={run.totalSteps} />
            <span className="quiet num">
              {t('run.stepOf', { step: formatInteger(run.step), total: formatInteger(run.totalSteps) })}
            </span>
          </div>
        ) : null}
        <RunCostLine runId={run.id} />
      </div>
      <Actions run={run} />
    </div>
  );
}

type OpenDialog = RunAction | 'restart' | 'rename' | 'priority' | null;

function Actions({ run }: { run: Run }) {
  const t = useT();
  const may = useMay('operator');
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const ended = hasEnded(run.state);
  const close = () => setDialog(null);
  const duplicate = () => navigate(`${paths.newRun}?from=${run.id}`);
  const entry = (action: RunAction): MenuEntry => ({
    label: t(actionLabels[action]),
    danger: action === 'delete' || action === 'kill',
    disabled: !allows(action, run),
    onSelect: () => setDialog(action),
  });
  const entries: MenuEntry[] = [
    ...terminalEntries({ machineId: run.machineId, runId: run.id }, t),
    { kind: 'rule' },
    { label: t('run.rename'), onSelect: () => setDialog('rename') },
    {
      label: t('run.changePriority'),
      disabled: run.state !== 'queued',
      onSelect: () => setDialog('priority'),
    },
    { label: t('run.copyId'), hint: run.id, onSelect: () => void copyText(run.id) },
    entry(run.archived ? 'unarchive' : 'archive'),
    { kind: 'rule' },
    entry('kill'),
    entry('delete'),
  ];
  if (!may) return null;
  return (
    <div className="run__actions">
      {ended ? (
        <Button onClick={() => setDialog('restart')}>{t('runs.restart')}</Button>
      ) : (
        <Button disabled={!allows('stop', run)} onClick={() => setDialog('stop')}>
          {t('runs.stop')}
        </Button>
      )}
      {ended ? null : (
        <Button disabled={!canMove(run)} onClick={() => askMove(run)}>
          {t('move.ask')}
        </Button>
      )}
      <TerminalButton place={{ machineId: run.machineId, runId: run.id }} />
      <Button onClick={duplicate}>{t('runs.duplicate')}</Button>
      <Menu trigger={<Button aria-haspopup="menu">{t('run.more')}</Button>} entries={entries} />
      {dialog === 'restart' ? <RestartDialog run={run} onClose={close} /> : null}
      {dialog === 'rename' ? <RenameDialog run={run} onClose={close} /> : null}
      {dialog === 'priority' ? <PriorityDialog run={run} onClose={close} /> : null}
      {dialog !== null && dialog !== 'restart' && dialog !== 'rename' && dialog !== 'priority' ? (
        <ActionDialog
          action={dialog}
          runs={[run]}
          onClose={close}
          onDone={() => {
            if (dialog === 'delete') navigate(paths.runs);
          }}
        />
      ) : null}
    </div>
  );
}
