import './sites.css';
import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { InspectDialog } from '#renderer/features/checkpoints/inspect-dialog.tsx';
import { useDragOf } from '#renderer/features/moves/index.ts';
import { MachineMoves } from '#renderer/features/moves/machine-moves.tsx';
import { EvacuateDialog } from '#renderer/features/places/evacuate-dialog.tsx';
import { EvacuationCard } from '#renderer/features/places/evacuation-card.tsx';
import { LostDialog } from '#renderer/features/places/lost-dialog.tsx';
import { MachinePolicyFields } from '#renderer/features/places/machine-policy.tsx';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { learnRuns, useRuns } from '#renderer/features/runs/run-store.ts';
import { TerminalButton, terminalEntries } from '#renderer/features/terminals/open-entries.tsx';
import { useT } from '#renderer/i18n/index.ts';
import {
  Badge,
  Button,
  EmptyState,
  formatAge,
  formatBytes,
  formatDuration,
  Menu,
  type MenuEntry,
  Skeleton,
  StatusDot,
  useTicking,
} from '#renderer/ui/index.ts';
import type { Inventory, Machine } from '#shared/domain/machine.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { AcceleratorTable } from './accelerator-table.tsx';
import { asConnectionState, ConnectionMark } from './connection-mark.tsx';
import { RefreshButton } from './machines-page.tsx';

/** One machine: what it has, who uses it, and our runs on it. Always the last known, with its age. */
export function MachinePage({ id }: { id: string }) {
  const t = useT();
  const machine = useMachines(({ byId }) => byId.get(id));
  const loaded = useMachines((state) => state.loaded);
  if (!machine) {
    return loaded ? (
      <EmptyState
        title={t('sites.machineGone')}
        actions={
          <Link className="button" href={paths.machines}>
            {t('sites.toMachines')}
          </Link>
        }
      />
    ) : (
      <div className="page">
        <Skeleton rows={8} />
      </div>
    );
  }
  return <MachineDetail machine={machine} />;
}

function MachineDetail({ machine }: { machine: Machine }) {
  const t = useT();
  const mayAct = useMay('operator');
  const { inventory } = machine;
  return (
    <div className="page machine">
      <div className="page__head">
        <h1 className="clip">{placeName(machine.id, machine.name, t)}</h1>
        <RefreshButton machineIds={[machine.id]} label={t('sites.refresh')} />
        <TerminalButton place={{ machineId: machine.id }} />
        {mayAct ? (
          <Link className="button" href={paths.files(machine.id)}>
            {t('files.browse')}
          </Link>
        ) : null}
        {mayAct ? (
          <Link className="button" href={paths.ports(machine.id)}>
            {t('ports.browse')}
          </Link>
        ) : null}
        {mayAct ? <MachineActions machine={machine} /> : null}
        {mayAct ? (
          <Link className="button button--primary" href={`${paths.newRun}?machine=${machine.id}`}>
            {t('sites.runHere')}
          </Link>
        ) : null}
      </div>
      <p className="machine__state">
        <ConnectionMark state={asConnectionState(machine.connectionState)} />
        {inventory ? <InventoryAge inventory={inventory} /> : null}
        {machine.draining ? <Badge tone="warn">{t('sites.draining')}</Badge> : null}
      </p>
      <EvacuationCard machineId={machine.id} />
      {inventory ? (
        <>
          {inventory.accelerators.length > 0 ? <AcceleratorTable inventory={inventory} /> : null}
          <div className="machine__columns">
            <SystemFacts inventory={inventory} />
            <div className="machine__stack">
              <Disks inventory={inventory} />
              <Pythons inventory={inventory} />
              <Warnings inventory={inventory} />
            </div>
            <div className="machine__stack">
              <RunsHere machineId={machine.id} />
              <MachineMoves machineId={machine.id} />
              <MachinePolicyFields machine={machine} />
            </div>
          </div>
        </>
      ) : (
        <>
          <EmptyState title={t('sites.notAsked')}>{t('sites.notAskedText')}</EmptyState>
          <RunsHere machineId={machine.id} />
          <MachineMoves machineId={machine.id} />
          <MachinePolicyFields machine={machine} />
        </>
      )}
    </div>
  );
}

/** What is done with a machine as a whole: emptied, looked through for checkpoints, given up. */
function MachineActions({ machine }: { machine: Machine }) {
  const t = useT();
  const [dialog, setDialog] = useState<'evacuate' | 'inspect' | 'lost' | null>(null);
  const close = () => setDialog(null);
  const seen = machine.connectionState === 'connected';
  const entries: MenuEntry[] = [
    ...terminalEntries({ machineId: machine.id }, t),
    { kind: 'rule' },
    { label: t('checkpoints.inspect'), disabled: !seen, onSelect: () => setDialog('inspect') },
    { kind: 'rule' },
    {
      label: t('places.lostAsk'),
      danger: true,
      disabled: seen || machine.id === thisComputerId,
      onSelect: () => setDialog('lost'),
    },
  ];
  return (
    <>
      <Button onClick={() => setDialog('evacuate')}>{t('places.evacuate')}</Button>
      <Menu trigger={<Button aria-haspopup="menu">{t('run.more')}</Button>} entries={entries} />
      {dialog === 'evacuate' ? <EvacuateDialog machine={machine} onClose={close} /> : null}
      {dialog === 'inspect' ? <InspectDialog machine={machine} onClose={close} /> : null}
      {dialog === 'lost' ? <LostDialog machine={machine} onClose={close} /> : null}
    </>
  );
}

function InventoryAge({ inventory }: { inventory: Inventory }) {
  const t = useT();
  const text = useTicking((now) =>
    t('sites.inventoryAge', {
      age: formatAge(inventory.takenAt, Math.max(now, inventory.takenAt)),
      took: formatDuration(inventory.tookMs),
    }),
  );
  return <span className="quiet">{text}</span>;
}

function SystemFacts({ inventory }: { inventory: Inventory }) {
  const t = useT();
  const { memoryBytes, memoryAvailableBytes, clockSkewMs } = inventory;
  const clock =
    clockSkewMs === null
      ? null
      : Math.abs(clockSkewMs) < 2000
        ? t('sites.clockSame')
        : t(clockSkewMs > 0 ? 'sites.clockAhead' : 'sites.clockBehind', {
            by: formatDuration(Math.abs(clockSkewMs)),
          });
  const facts: [string, string | null][] = [
    [t('sites.host'), inventory.hostName],
    [t('sites.os'), `${inventory.os}, ${inventory.architecture}`],
    [t('sites.kernel'), inventory.kernel],
    [
      t('sites.cpu'),
      [
        inventory.cpuModel,
        inventory.cpuCount === null ? null : t('sites.cores', { count: inventory.cpuCount }),
      ]
        .filter(Boolean)
        .join(', '),
    ],
    [
      t('sites.memory'),
      memoryBytes === null || memoryAvailableBytes === null
        ? null
        : t('sites.memoryFree', { free: formatBytes(memoryAvailableBytes), total: formatBytes(memoryBytes) }),
    ],
    [t('sites.driver'), inventory.driverVersion],
    [t('sites.cuda'), inventory.cudaVersion],
    [t('sites.uptime'), inventory.uptimeMs === null ? null : formatDuration(inventory.uptimeMs)],
    [t('sites.user'), inventory.user],
    [t('sites.shell'), inventory.loginShell],
    [t('sites.clock'), clock],
    [
      t('sites.tools'),
      Object.entries(inventory.tools)
        .map(([name, version]) => `${name} ${version}`.trim())
        .join(', '),
    ],
  ];
  return (
    <section>
      <h2>{t('sites.system')}</h2>
      <dl className="facts">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name} className="facts__row">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}

function Disks({ inventory }: { inventory: Inventory }) {
  const t = useT();
  if (inventory.disks.length === 0) return null;
  return (
    <section>
      <h2>{t('sites.disks')}</h2>
      <table className="plain num">
        <thead>
          <tr>
            <th scope="col">{t('sites.path')}</th>
            <th scope="col" className="right">
              {t('sites.free')}
            </th>
            <th scope="col" className="right">
              {t('sites.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {inventory.disks.map((disk) => (
            <tr key={disk.path}>
              <td className="mono">
                {disk.path} {disk.readOnly ? <span className="quiet">{t('sites.readOnly')}</span> : null}
              </td>
              <td className={`right ${disk.freeBytes < disk.sizeBytes * 0.05 ? 'sites__short' : ''}`}>
                {formatBytes(disk.freeBytes)}
              </td>
              <td className="right quiet">{formatBytes(disk.sizeBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Pythons({ inventory }: { inventory: Inventory }) {
  const t = useT();
  return (
    <section>
      <h2>{t('sites.pythons')}</h2>
      {inventory.pythons.length === 0 ? <p className="quiet">{t('sites.noPython')}</p> : null}
      <ul className="machine__pythons">
        {inventory.pythons.map((python) => (
          <li key={python.path}>
            <span className="num">
              {python.kind} {python.version}
            </span>
            <span className={python.torch ? '' : 'quiet'}>
              {python.torch ? t('sites.torch', { version: python.torch }) : t('sites.noTorch')}
            </span>
            <code className="quiet clip" title={python.path}>
              {python.path}
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Warnings({ inventory }: { inventory: Inventory }) {
  const t = useT();
  if (inventory.warnings.length === 0) return null;
  return (
    <section>
      <h2>{t('sites.warnings')}</h2>
      <ul className="machine__warnings">
        {inventory.warnings.map(({ code, message }) => (
          <li key={`${code} ${message}`}>{message}</li>
        ))}
      </ul>
    </section>
  );
}

function RunsHere({ machineId }: { machineId: string }) {
  const t = useT();
  const [ids, setIds] = useState<readonly string[] | null>(null);
  const version = useRuns(({ counts }) => counts);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the counts is what makes the list another
  useEffect(() => {
    let gone = false;
    rpc()
      .runs.list({ machineId, limit: 20, sort: 'created', descending: true })
      .then(({ rows }) => {
        if (gone) return;
        learnRuns(rows);
        setIds(rows.map(({ id }) => id));
      })
      .catch(sayError);
    return () => {
      gone = true;
    };
  }, [machineId, version]);
  return (
    <section>
      <h2>{t('sites.runsHere')}</h2>
      {ids === null ? <Skeleton rows={3} /> : null}
      {ids?.length === 0 ? <p className="quiet">{t('sites.noRunsHere')}</p> : null}
      <ul className="machine__runs">
        {ids?.map((id) => (
          <RunLine key={id} id={id} />
        ))}
      </ul>
    </section>
  );
}

function RunLine({ id }: { id: string }) {
  const t = useT();
  useRuns(({ version }) => version);
  const run: RunSummary | undefined = useRuns.getState().byId.get(id);
  const sentence = useTicking((now) => (run ? describeRun(run, now, t).sentence : ''));
  if (!run) return null;
  return <SeenRun run={run} sentence={sentence} />;
}

function SeenRun({ run, sentence }: { run: RunSummary; sentence: string }) {
  const t = useT();
  const drag = useDragOf(run);
  const { tone, shape, state } = describeRun(run, Date.now(), t);
  return (
    <li {...drag}>
      <StatusDot tone={tone} shape={shape} label={state} />
      <Link href={paths.run(run.id)}>{run.name}</Link>
      <span className="quiet clip">{sentence}</span>
    </li>
  );
}
