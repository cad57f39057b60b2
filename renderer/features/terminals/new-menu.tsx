import { Command } from 'cmdk';
import { useState } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { asConnectionState, ConnectionMark } from '#renderer/features/sites/connection-mark.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog } from '#renderer/ui/index.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import { showKept } from './kept-dialog.tsx';
import { openNew } from './terminal-store.ts';

/** A new terminal: at once where there is one machine to choose from, else on the one that is chosen. */
export function NewTerminalButton({ primary = false }: { primary?: boolean }) {
  const t = useT();
  const [choosing, setChoosing] = useState(false);
  const only = useMachines(({ byId }) => (byId.size === 1 ? [...byId.keys()][0] : undefined));
  return (
    <>
      <Button
        small={!primary}
        look={primary ? 'primary' : 'plain'}
        onClick={() => (only === undefined ? setChoosing(true) : void openNew({ machineId: only }))}
      >
        {t('terminals.newTerminal')}
      </Button>
      {choosing ? <MachineDialog onClose={() => setChoosing(false)} /> : null}
    </>
  );
}

function MachineDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const machines = [...byId.values()].sort(
    (a, b) =>
      Number(b.id === thisComputerId) - Number(a.id === thisComputerId) ||
      Number(b.connectionState === 'connected') - Number(a.connectionState === 'connected') ||
      a.name.localeCompare(b.name),
  );
  return (
    <Dialog open title={t('terminals.chooseMachine')} className="palette" hideTitle onClose={onClose}>
      <Command label={t('terminals.chooseMachine')}>
        <Command.Input placeholder={t('terminals.findMachine')} />
        <Command.List label={t('app.machines')}>
          <Command.Empty>{t('terminals.noneMachines')}</Command.Empty>
          {machines.slice(0, 200).map((machine) => {
            const name = placeName(machine.id, machine.name, t);
            return (
              <Command.Item
                key={machine.id}
                value={`${name} ${machine.siteName} ${machine.id}`}
                onSelect={() => {
                  onClose();
                  void openNew({ machineId: machine.id });
                }}
              >
                <span className="clip grow">{name}</span>
                <ConnectionMark state={asConnectionState(machine.connectionState)} />
              </Command.Item>
            );
          })}
          <Command.Item
            forceMount
            value="kept by tmux"
            onSelect={() => {
              onClose();
              showKept();
            }}
          >
            <span className="grow quiet">{t('terminals.keptOpen')}</span>
          </Command.Item>
        </Command.List>
      </Command>
    </Dialog>
  );
}
