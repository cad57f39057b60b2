import { type ChangeEvent, type Ref, useRef } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Checkbox, Input, Menu, type MenuEntry, Select } from '#renderer/ui/index.ts';
import { PathBar } from './path-bar.tsx';
import { readField } from './transfers/drop-entries.ts';
import { chosenPaths } from './transfers/own-paths.ts';
import { upload } from './transfers/start.ts';

export interface BrowserBarProps {
  machineId: string;
  /** Absolute where it is known, else as it was asked for. */
  path: string;
  search: string;
  hidden: boolean;
  narrow: boolean;
  filter: Ref<HTMLInputElement>;
  onMachine(machineId: string): void;
  onGo(path: string): void;
  onSearch(text: string): void;
  onHidden(hidden: boolean): void;
  onNew(kind: 'folder' | 'file'): void;
  onRefresh(): void;
  onTerminal(): void;
  onInspect(): void;
  more: MenuEntry[];
}

/** Above a directory: the machine, the path, a filter, and what can be put here. */
export function BrowserBar(props: BrowserBarProps) {
  const { machineId, path } = props;
  const t = useT();
  const may = useMay('operator');
  const machines = useMachines(({ byId }) => byId);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const own = chosenPaths(event.target.files ?? [], window.trainyard);
    const chosen = readField(event.target.files ?? []);
    event.target.value = '';
    void upload(machineId, path, () => chosen, own);
  };
  const entries: MenuEntry[] = [
    ...(may
      ? [
          { label: t('files.newFile'), onSelect: () => props.onNew('file') },
          { label: t('files.uploadFolder'), onSelect: () => folder.current?.click() },
          { kind: 'rule' as const },
          { label: t('files.terminalHere'), onSelect: props.onTerminal },
          { label: t('files.inspect'), onSelect: props.onInspect },
          { kind: 'rule' as const },
        ]
      : []),
    { label: t('files.refresh'), onSelect: props.onRefresh },
    ...props.more,
  ];
  const options = [...machines.values()].map(({ id, name, connectionState }) => ({
    value: id,
    label: t(connectionState === 'connected' ? 'files.machine' : 'files.machineAway', {
      name: placeName(id, name, t),
    }),
  }));
  if (!machines.has(machineId)) options.unshift({ value: machineId, label: machineId });
  return (
    <div className="files__bar">
      <div className="files__barline">
        <Select
          className="input--small files__machine"
          aria-label={t('files.machineLabel')}
          value={machineId}
          options={options}
          onValue={props.onMachine}
        />
        <PathBar machineId={machineId} path={path} onGo={props.onGo} />
      </div>
      <div className="files__barline">
        <Input
          ref={props.filter}
          type="search"
          className="input--small files__filter"
          aria-label={t('files.filter')}
          placeholder={t('files.filter')}
          value={props.search}
          onChange={(event) => props.onSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || props.search === '') return;
            event.stopPropagation();
            props.onSearch('');
          }}
        />
        <Checkbox label={t('files.hidden')} checked={props.hidden} onChecked={props.onHidden} />
        <span className="files__baracts">
          {may && !props.narrow ? (
            <>
              <Button small onClick={() => props.onNew('folder')}>
                {t('files.newFolder')}
              </Button>
              <Button small onClick={() => files.current?.click()}>
                {t('files.upload')}
              </Button>
            </>
          ) : null}
          <Menu
            trigger={
              <Button small aria-haspopup="menu">
                {t('files.more')}
              </Button>
            }
            entries={
              may && props.narrow
                ? [
                    { label: t('files.newFolder'), onSelect: () => props.onNew('folder') },
                    { label: t('files.upload'), onSelect: () => files.current?.click() },
                    ...entries,
                  ]
                : entries
            }
          />
        </span>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-choose="files"
        aria-label={t('files.upload')}
        onChange={choose}
      />
      <input
        ref={(element) => {
          folder.current = element;
          if (element) element.webkitdirectory = true;
        }}
        type="file"
        multiple
        hidden
        data-choose="folder"
        aria-label={t('files.uploadFolder')}
        onChange={choose}
      />
    </div>
  );
}
