import './sites.css';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { pointAtMachine, usePointing } from '#renderer/app/command-context.ts';
import { listenForHotkeys } from '#renderer/app/hotkeys.ts';
import { machinesPart, useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useActiveMoves } from '#renderer/features/moves/index.ts';
import { RebalanceDialog } from '#renderer/features/places/rebalance-dialog.tsx';
import { terminalEntries } from '#renderer/features/terminals/open-entries.tsx';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import {
  Age,
  Badge,
  Button,
  type Column,
  EmptyState,
  ErrorState,
  formatBytes,
  formatPercent,
  formatValue,
  Input,
  ProgressBar,
  Skeleton,
  VirtualTable,
} from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { asConnectionState, ConnectionMark } from './connection-mark.tsx';
import {
  acceleratorsOf,
  homeDiskFree,
  type MachineSort,
  meanUtilisation,
  pickMachines,
} from './machine-facts.ts';

/** Every machine with its last known inventory. */
export function MachinesPage() {
  const t = useT();
  const [, navigate] = useLocation();
  const { loaded, error, byId } = useMachines();
  const [search, setSearch] = useState('');
  const [rules, setRules] = useState(false);
  const may = useMay('operator');
  const [sort, setSort] = useState<{ key: MachineSort; descending: boolean }>({
    key: 'name',
    descending: false,
  });
  const filter = useRef<HTMLInputElement>(null);
  usePointing();
  useEffect(() => listenForHotkeys(() => new Map([['/', () => filter.current?.focus()]])), []);
  const rows = useMemo(
    () => pickMachines(byId.values(), search, sort.key, sort.descending),
    [byId, search, sort],
  );
  const columns = useMemo(() => machineColumns(t), [t]);
  const onSort = useCallback(
    (key: string) =>
      setSort((before) =>
        before.key === key
          ? { ...before, descending: !before.descending }
          : { key: key as MachineSort, descending: key !== 'name' },
      ),
    [],
  );
  return (
    <div className="page">
      <div className="page__head">
        <h1>{t('app.machines')}</h1>
        <Input
          ref={filter}
          className="input--small sites__filter"
          type="search"
          aria-label={t('sites.filterMachines')}
          placeholder={t('sites.filterMachines')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {may ? <Button onClick={() => setRules(true)}>{t('sites.rules')}</Button> : null}
        <RefreshButton machineIds={[]} label={t('sites.refreshAll')} />
        {rules ? <RebalanceDialog onClose={() => setRules(false)} /> : null}
      </div>
      {error && !loaded ? (
        <ErrorState error={error} onRetry={() => void machinesPart.reload(rpc()).catch(sayError)} />
      ) : null}
      {!loaded && !error ? <Skeleton rows={8} /> : null}
      {loaded && rows.length === 0 ? (
        <EmptyState title={t('sites.noMachine')}>{t('sites.noMachineText')}</EmptyState>
      ) : null}
      {loaded && rows.length > 0 ? (
        <VirtualTable
          id="machines"
          label={t('app.machines')}
          columns={columns}
          total={rows.length}
          rowAt={(index) => rows[index]}
          idOf={(machine) => machine.id}
          nameOf={(machine) => placeName(machine.id, machine.name, t)}
          revision={rows}
          sort={sort}
          onSort={onSort}
          onOpen={(machine) => navigate(paths.machine(machine.id))}
          onCursor={pointAtMachine}
          {...(may ? { menuOf: ({ id }: Machine) => terminalEntries({ machineId: id }, t) } : {})}
        />
      ) : null}
    </div>
  );
}

/** Asks machines again; none named means all of them. Progress is in the status bar. */
export function RefreshButton({ machineIds, label }: { machineIds: readonly string[]; label: string }) {
  const [busy, setBusy] = useState(false);
  const may = useMay('operator');
  if (!may) return null;
  const ask = async () => {
    setBusy(true);
    try {
      await rpc().machines.refresh({ machineIds: [...machineIds] });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} onClick={() => void ask()}>
      {label}
    </Button>
  );
}

function machineColumns(t: Translate): Column<Machine>[] {
  return [
    {
      key: 'name',
      title: t('sites.machine'),
      width: 180,
      sortKey: 'name',
      grows: true,
      cell: (machine) => <b className="clip">{placeName(machine.id, machine.name, t)}</b>,
    },
    {
      key: 'state',
      title: t('sites.state'),
      width: 164,
      cell: (machine) => <StateCell machine={machine} />,
    },
    {
      key: 'accelerators',
      title: t('sites.accelerators'),
      width: 168,
      sortKey: 'accelerators',
      cell: (machine) => <AcceleratorsCell machine={machine} />,
    },
    {
      key: 'busy',
      title: t('sites.busy'),
      width: 120,
      sortKey: 'busy',
      cell: (machine) => <BusyCell machine={machine} />,
    },
    {
      key: 'load',
      title: t('sites.load'),
      width: 72,
      align: 'right',
      sortKey: 'load',
      cell: ({ inventory }) => (inventory?.load1 == null ? '' : formatValue(inventory.load1)),
    },
    {
      key: 'memory',
      title: t('sites.memory'),
      width: 104,
      align: 'right',
      sortKey: 'memory',
      cell: ({ inventory }) =>
        inventory?.memoryAvailableBytes == null ? '' : formatBytes(inventory.memoryAvailableBytes),
    },
    {
      key: 'disk',
      title: t('sites.disk'),
      width: 124,
      align: 'right',
      sortKey: 'disk',
      cell: (machine) => <DiskCell free={homeDiskFree(machine)} />,
    },
    {
      key: 'runs',
      title: t('sites.runs'),
      width: 92,
      align: 'right',
      sortKey: 'runs',
      cell: (machine) => <RunsCell machine={machine} />,
    },
    {
      key: 'driver',
      title: t('sites.driver'),
      width: 104,
      cell: ({ inventory }) => <span className="quiet clip">{inventory?.driverVersion ?? ''}</span>,
    },
    {
      key: 'seen',
      title: t('sites.seen'),
      width: 96,
      align: 'right',
      sortKey: 'seen',
      cell: ({ seenAt }) => (seenAt === null ? '' : <Age at={seenAt} />),
    },
  ];
}

function StateCell({ machine }: { machine: Machine }) {
  const t = useT();
  if (!machine.draining) return <ConnectionMark state={asConnectionState(machine.connectionState)} />;
  return (
    <>
      <ConnectionMark state={asConnectionState(machine.connectionState)} />
      <Badge tone="warn">{t('sites.drainingShort')}</Badge>
    </>
  );
}

/** Runs there and those that wait; an arrow for each that is on its way here or away. */
function RunsCell({ machine: { id, runningRuns, queuedRuns } }: { machine: Machine }) {
  const t = useT();
  const moves = useActiveMoves();
  const coming = moves.filter(({ to }) => to.machineId === id).length;
  const going = moves.filter(({ from }) => from.machineId === id).length;
  const words = [
    coming > 0 ? t('sites.runsComing', { count: coming }) : '',
    going > 0 ? t('sites.runsGoing', { count: going }) : '',
  ].filter(Boolean);
  return (
    <span className="clip" title={words.join(', ')}>
      {queuedRuns > 0 ? `${runningRuns} + ${queuedRuns}` : runningRuns || ''}
      {words.length > 0 ? (
        <span className="soft">
          {runningRuns + queuedRuns > 0 ? t('ui.comma') : ''}
          {words.join(t('ui.comma'))}
        </span>
      ) : null}
    </span>
  );
}

function AcceleratorsCell({ machine }: { machine: Machine }) {
  const t = useT();
  if (!machine.inventory) return <span className="quiet clip">{t('sites.notAsked')}</span>;
  const text = acceleratorsOf(machine);
  return text === '' ? (
    <span className="quiet clip">{t('sites.cpuOnly')}</span>
  ) : (
    <span className="clip num">{text}</span>
  );
}

function BusyCell({ machine }: { machine: Machine }) {
  const t = useT();
  const mean = meanUtilisation(machine);
  if (mean === null) return null;
  return (
    <>
      <span className="sites__bar">
        <ProgressBar done={mean} total={100} label={t('sites.busy')} />
      </span>
      <span className="num quiet">{formatPercent(mean)}</span>
    </>
  );
}

const DiskCell = ({ free }: { free: number | null }) =>
  free === null ? null : (
    <span className={free < 10 * 2 ** 30 ? 'sites__short' : ''}>{formatBytes(free)}</span>
  );
