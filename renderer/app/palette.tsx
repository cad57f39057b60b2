import { Command } from 'cmdk';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Dialog, StatusDot } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { rpc } from './backend.ts';
import { useMachines } from './machine-store.ts';
import { paths } from './routes.ts';
import { sayError, updateSettings, useMay } from './session-store.ts';

/** Find a run, a machine, a page or an action by a few letters. Runs are looked up by the backend, the rest is here. */
export function Palette({ onClose }: { onClose(): void }) {
  const t = useT();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const runs = useFoundRuns(text);
  // The first hit is what Enter opens, also when it came after the rest.
  useEffect(() => setChosen(runs[0]?.id ?? ''), [runs]);
  const machines = useFoundMachines(text);
  const may = useMay('operator');
  const act = (what: () => void) => () => {
    onClose();
    what();
  };
  const go = (path: string) => act(() => navigate(path));
  const matches = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const pages = (
    [
      [paths.overview, t('app.overview'), 'g o'],
      [paths.runs, t('app.runs'), 'g r'],
      [paths.machines, t('app.machines'), 'g m'],
      [paths.sites, t('app.sites'), 'g s'],
      [paths.credentials, t('credentials.title'), 'g c'],
      [paths.data, t('data.title'), 'g d'],
      [paths.activity, t('app.activity'), 'g a'],
      [paths.settings, t('app.settings'), 'g ,'],
    ] as const
  ).filter(([, label]) => matches(label));
  const refresh = () => void rpc().machines.refresh({ machineIds: [] }).catch(sayError);
  const actions = (
    [
      ...(may
        ? ([
            [t('app.newRun'), go(paths.newRun)],
            [t('app.refreshMachines'), act(refresh)],
          ] as const)
        : []),
      [t('app.themeDark'), act(() => void updateSettings({ theme: 'dark' }))],
      [t('app.themeLight'), act(() => void updateSettings({ theme: 'light' }))],
      [t('app.themeHighContrast'), act(() => void updateSettings({ theme: 'high-contrast' }))],
      [t('app.themeSystem'), act(() => void updateSettings({ theme: 'system' }))],
      [t('app.useEnglish'), act(() => void updateSettings({ language: 'en' }))],
      [t('app.useChinese'), act(() => void updateSettings({ language: 'zh-CN' }))],
    ] as const
  ).filter(([label]) => matches(label));

  return (
    <Dialog open title={t('app.find')} hideTitle className="palette" onClose={onClose}>
      <Command shouldFilter={false} label={t('app.find')} value={chosen} onValueChange={setChosen}>
        <Command.Input value={text} onValueChange={setText} placeholder={t('app.findHere')} />
        <Command.List label={t('app.find')}>
          <Command.Empty>{t('app.nothingFound', { text })}</Command.Empty>
          {runs.length > 0 ? (
            <Command.Group heading={t('app.runs')}>
              {runs.map((run) => (
                <RunItem key={run.id} run={run} onSelect={go(paths.run(run.id))} />
              ))}
            </Command.Group>
          ) : null}
          {machines.length > 0 ? (
            <Command.Group heading={t('app.machines')}>
              {machines.map((machine) => (
                <Command.Item key={machine.id} value={machine.id} onSelect={go(paths.machine(machine.id))}>
                  <span className="clip grow">{machine.name}</span>
                  <span className="quiet clip">{machine.siteName}</span>
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
          {pages.length > 0 ? (
            <Command.Group heading={t('app.pages')}>
              {pages.map(([path, label, keys]) => (
                <Command.Item key={path} value={path} onSelect={go(path)}>
                  <span className="grow">{label}</span>
                  <kbd className="key">{keys}</kbd>
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
          {actions.length > 0 ? (
            <Command.Group heading={t('app.actions')}>
              {actions.map(([label, run]) => (
                <Command.Item key={label} value={label} onSelect={run}>
                  {label}
                </Command.Item>
              ))}
            </Command.Group>
          ) : null}
        </Command.List>
      </Command>
    </Dialog>
  );
}

function RunItem({ run, onSelect }: { run: RunSummary; onSelect(): void }) {
  const t = useT();
  const { tone, shape, state } = describeRun(run, Date.now(), t);
  return (
    <Command.Item value={run.id} onSelect={onSelect}>
      <StatusDot tone={tone} shape={shape} />
      <span className="clip grow">{run.name}</span>
      <span className="quiet clip">
        {state}, {run.machineName}
      </span>
    </Command.Item>
  );
}

function useFoundRuns(text: string): readonly RunSummary[] {
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      rpc()
        .runs.list({ search: text.trim(), limit: 8 }, { signal: abort.signal })
        .then(({ rows }) => setRuns(rows))
        .catch((thrown: unknown) => {
          if (!abort.signal.aborted) sayError(thrown);
        });
    }, 80);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return runs;
}

function useFoundMachines(text: string) {
  const byId = useMachines(({ byId: all }) => all);
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return [...byId.values()]
    .filter(({ name, siteName }) => `${siteName} ${name}`.toLowerCase().includes(wanted))
    .slice(0, 6);
}
