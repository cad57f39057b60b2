import { useMay } from '#renderer/app/session-store.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, type MenuEntry } from '#renderer/ui/index.ts';
import { openKept, openTerminal } from './dock-store.ts';

/** Where a terminal is wanted: on a machine, or in a run's directory there, with its environment. */
interface Place {
  machineId: string;
  runId?: string;
}

/** For the menu of a machine or a run. */
export const terminalEntries = (place: Place, t: Translate): MenuEntry[] => [
  {
    label: t(place.runId === undefined ? 'terminals.openHere' : 'terminals.openFor'),
    onSelect: () => openTerminal(place),
  },
  {
    label: t(place.runId === undefined ? 'terminals.openGpu' : 'terminals.openGpuFor'),
    onSelect: () => openTerminal({ ...place, kind: 'gpu' }),
  },
  ...(place.runId === undefined
    ? [{ label: t('terminals.keptOpen'), onSelect: () => openKept(place.machineId) }]
    : []),
];

/** One click, and there is a terminal. */
export function TerminalButton({ place }: { place: Place }) {
  const t = useT();
  if (!useMay('operator')) return null;
  const title = t(place.runId === undefined ? 'terminals.openHere' : 'terminals.openFor');
  return (
    <Button title={title} onClick={() => openTerminal(place)}>
      {t('terminals.open')}
    </Button>
  );
}
