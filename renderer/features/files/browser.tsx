import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { pressName } from '#renderer/app/key-names.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { InspectDialog } from '#renderer/features/checkpoints/inspect-dialog.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatInteger, type MenuEntry, VirtualTable } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { joinPath, parentPath, showName } from './box-path.ts';
import { BrowserBar } from './browser-bar.tsx';
import { actionOfBrowserKey } from './browser-keys.ts';
import { BrowserFoot, BrowserState, KeptNote } from './browser-state.tsx';
import { CopyToDialog } from './dialogs/copy-to-dialog.tsx';
import { NameDialog } from './dialogs/name-dialog.tsx';
import { RemoveDialog } from './dialogs/remove-dialog.tsx';
import { beginFileDrag, endFileDrag, sayWhatStays } from './drag.ts';
import { useDropZone } from './drop-zone.ts';
import { fileColumns } from './file-columns.tsx';
import { fileMenu } from './file-menu.ts';
import type { Order, SortKey } from './listing-model.ts';
import { onArrival, sayArrival } from './transfers/arrivals.ts';
import { machineNameOf } from './transfers/start.ts';
import { openTerminal, type Place, useFileActions } from './use-file-actions.ts';
import { useListing } from './use-listing.ts';

export interface BrowserProps {
  /** Tells one pane from the other. */
  side: 'left' | 'right';
  machineId: string;
  path: string;
  hidden: boolean;
  /** It has little room: less is shown at once. */
  narrow: boolean;
  across: Place | null;
  /** The entry that the preview shows. */
  openName: string | null;
  more: MenuEntry[];
  onMachine(machineId: string): void;
  onGo(path: string): void;
  onFile(path: string): void;
  onHidden(hidden: boolean): void;
  /** Where it is, absolute. */
  onPlace?(place: Place): void;
  /** What was asked for is a file. */
  onIsFile(path: string): void;
}

const searchPauseMs = 150;

/** A directory of a machine: its entries, and all that can be done with them by pointer, keyboard and drag. */
export function Browser(props: BrowserProps) {
  const { machineId, path, hidden, onGo, onFile, onIsFile, onPlace } = props;
  const t = useT();
  const [, navigate] = useLocation();
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: 'name', descending: false });
  const [search, setSearch] = useState('');
  const settled = useSettled(search);
  const order = useMemo(
    (): Order => ({ by: sort.key, descending: sort.descending, search: settled, hidden }),
    [sort, settled, hidden],
  );
  const { model, state } = useListing(machineId, path, order);
  const directory = state.directory?.path ?? path;
  const place = useMemo(() => ({ machineId, directory }), [machineId, directory]);
  const { chosen, choose, cursor, setCursor, meant } = useChosen(state.entries, `${machineId} ${path}`);
  const { actions, dialog, setDialog, rename } = useFileActions({
    place,
    across: props.across,
    onGo,
    onFile,
  });
  const filter = useRef<HTMLInputElement>(null);
  const section = useFocusStays(state.directory);
  const machine = useMachines(({ byId }) => byId.get(machineId));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another place begins without a filter
  useEffect(() => setSearch(''), [machineId, path]);
  useEffect(() => {
    if (state.directory) onPlace?.({ machineId, directory: state.directory.path });
  }, [machineId, state.directory, onPlace]);
  useEffect(() => {
    if (state.error?.code === 'FILE_NOT_A_DIRECTORY' && state.directory === null) onIsFile(path);
  }, [state.error, state.directory, path, onIsFile]);
  useEffect(
    () =>
      onArrival((to, where) => {
        if (to === machineId && where === (model.state().directory?.path ?? path)) void model.load();
      }),
    [model, machineId, path],
  );

  const rowAt = useCallback((index: number) => state.entries.get(index), [state.entries]);
  const onVisible = useCallback((first: number, last: number) => model.need(first, last), [model]);
  const { over, drop } = useDropZone(machineId, directory, rowAt);
  const arrived = () => sayArrival(machineId, directory);

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, [role="dialog"], [role="menu"]')) return;
    const action = actionOfBrowserKey(pressName(event), {
      selectsText: (document.getSelection()?.toString() ?? '') !== '',
    });
    // Shift and a key alone is the key of something else.
    if (event.shiftKey && !event.ctrlKey && !event.metaKey) return;
    if (action === null || (!actions.may && ['rename', 'remove', 'folder'].includes(action))) return;
    // On a button they are the button's: nothing is removed that one does not look at.
    if (!target.closest('.table__scroll') && !['up', 'folder', 'filter'].includes(action)) return;
    event.preventDefault();
    event.stopPropagation();
    if (action === 'up') onGo(parentPath(directory));
    else if (action === 'all') void model.all().then((all) => choose(all));
    else if (action === 'folder') setDialog({ kind: 'folder' });
    else if (action === 'filter') filter.current?.focus();
    else if (meant.length === 0) return;
    else if (action === 'rename' && cursor) actions.rename(cursor);
    else if (action === 'remove') actions.remove(meant);
    else if (action === 'copy-path') actions.copyPath(meant);
  };

  const selection = useMemo(() => new Set(chosen.keys()), [chosen]);
  const columns = useMemo(() => fileColumns(t, Date.now(), props.openName), [t, props.openName]);
  const menuOf = (entry: FileEntry): MenuEntry[] =>
    fileMenu(entry, chosen.has(entry.name) ? [...chosen.values()] : [entry], actions, t);
  return (
    <section
      className={`files__browser ${over === directory ? 'files__browser--over' : ''}`}
      aria-label={t('files.browserOf', { machine: machineNameOf(machineId) })}
      onKeyDownCapture={onKeyDown}
      {...drop}
      tabIndex={-1}
      ref={section}
    >
      <BrowserBar
        machineId={machineId}
        path={directory}
        search={search}
        hidden={hidden}
        narrow={props.narrow}
        filter={filter}
        onMachine={props.onMachine}
        onGo={onGo}
        onSearch={setSearch}
        onHidden={props.onHidden}
        onNew={(kind) => setDialog({ kind })}
        onRefresh={() => void model.load()}
        onTerminal={() => void openTerminal(machineId, directory, navigate)}
        onInspect={() => setDialog({ kind: 'inspect', path: directory })}
        more={props.more}
      />
      <KeptNote state={state} machineId={machineId} onRetry={() => void model.load()} />
      {chosen.size > 0 ? (
        <div className="files__chosen-bar" role="toolbar" aria-label={t('files.withChosen')}>
          <b className="num">{t('files.chosen', { count: chosen.size, n: formatInteger(chosen.size) })}</b>
          {actions.may ? (
            <>
              <Button small onClick={() => actions.download([...chosen.values()])}>
                {t('files.download')}
              </Button>
              <Button small onClick={() => actions.copyTo([...chosen.values()])}>
                {t('files.copyTo')}
              </Button>
              <Button small look="danger" onClick={() => actions.remove([...chosen.values()])}>
                {t('files.removeAsk')}
              </Button>
            </>
          ) : null}
          <Button small look="quiet" onClick={() => choose([])}>
            {t('files.chooseNone')}
          </Button>
        </div>
      ) : null}
      {state.directory === null || state.total === 0 ? (
        <BrowserState
          state={state}
          machineId={machineId}
          path={path}
          search={settled}
          onRetry={() => void model.load()}
          onGo={onGo}
        />
      ) : (
        <VirtualTable<FileEntry>
          id={`files-${props.side}`}
          label={t('files.tableOf', { path: showName(directory) })}
          columns={columns}
          total={state.total}
          rowAt={rowAt}
          idOf={({ name }) => name}
          nameOf={({ name }) => showName(name)}
          revision={state.revision}
          list={state.list}
          onVisible={onVisible}
          sort={sort}
          onSort={(key) =>
            setSort((before) => ({
              key: key as SortKey,
              descending: before.key === key ? !before.descending : key !== 'name' && key !== 'kind',
            }))
          }
          selection={selection}
          onSelection={(names) => choose(names)}
          onOpen={actions.open}
          onCursor={setCursor}
          menuOf={menuOf}
          onRowDrag={(event, entry) => {
            const entries = chosen.has(entry.name) ? [...chosen.values()] : [entry];
            beginFileDrag(event, { machineId, directory, entries });
          }}
          onRowDragEnd={(event) => {
            sayWhatStays(event, actions.may ? actions.download : null);
            endFileDrag();
          }}
        />
      )}
      <BrowserFoot state={state} chosen={chosen.size} />
      {dialog?.kind === 'folder' || dialog?.kind === 'file' ? (
        <NameDialog
          title={t(dialog.kind === 'folder' ? 'files.newFolder' : 'files.newFile')}
          label={t('files.name')}
          actLabel={t('files.make')}
          onClose={() => setDialog(null)}
          act={async (name) => {
            const to = joinPath(directory, name);
            if (dialog.kind === 'folder') await rpc().files.makeDirectory({ machineId, path: to });
            else await rpc().files.write({ machineId, path: to, text: '', version: null });
            arrived();
            if (dialog.kind === 'file') onFile(to);
          }}
        />
      ) : null}
      {dialog?.kind === 'rename' ? (
        <NameDialog
          title={t('files.renameTitle', { name: showName(dialog.entry.name) })}
          label={t('files.newName')}
          actLabel={t('files.rename')}
          name={dialog.entry.name}
          onClose={() => setDialog(null)}
          act={(name) => rename(dialog.entry, name)}
        />
      ) : null}
      {dialog?.kind === 'remove' ? (
        <RemoveDialog
          {...place}
          entries={dialog.entries}
          onClose={() => setDialog(null)}
          onRemoved={() => {
            choose([]);
            arrived();
          }}
        />
      ) : null}
      {dialog?.kind === 'copy' ? (
        <CopyToDialog
          {...place}
          entries={dialog.entries}
          to={props.across ?? undefined}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog?.kind === 'inspect' && machine ? (
        <InspectDialog machine={machine} directory={dialog.path} onClose={() => setDialog(null)} />
      ) : null}
    </section>
  );
}

/** The keyboard stays in the table when another directory takes its place: the first rows of that are not there at once. */
function useFocusStays(directory: object | null) {
  const section = useRef<HTMLElement>(null);
  const was = useRef(false);
  useEffect(() => {
    const around = section.current;
    if (!around) return;
    const note = () => {
      was.current =
        around.contains(document.activeElement) && !document.activeElement?.matches('input, select, button');
    };
    around.addEventListener('focusin', note);
    return () => around.removeEventListener('focusin', note);
  }, []);
  // Before the next key can come.
  useLayoutEffect(() => {
    if (directory === null || !was.current || document.activeElement !== document.body) return;
    (section.current?.querySelector<HTMLElement>('.table__scroll') ?? section.current)?.focus();
  }, [directory]);
  return section;
}

/** What was typed, once there is a pause in it. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    if (text === '') return setSettled('');
    const timer = setTimeout(() => setSettled(text), searchPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The entries that are chosen, kept while others come into view; and those that an action means: the chosen, else the keyboard's. */
function useChosen(entries: ReadonlyMap<number, FileEntry>, place: string) {
  const [state, setState] = useState<{ place: string; chosen: ReadonlyMap<string, FileEntry> }>({
    place,
    chosen: new Map(),
  });
  const [cursor, setCursor] = useState<FileEntry | undefined>(undefined);
  const chosen = state.place === place ? state.chosen : nothing;
  const choose = (what: Iterable<FileEntry | string>) => {
    const known = new Map(chosen);
    for (const entry of entries.values()) known.set(entry.name, entry);
    const next = new Map<string, FileEntry>();
    for (const each of what) {
      const entry = typeof each === 'string' ? known.get(each) : each;
      if (entry) next.set(entry.name, entry);
    }
    setState({ place, chosen: next });
  };
  const meant = chosen.size > 0 ? [...chosen.values()] : cursor ? [cursor] : [];
  return { chosen, choose, cursor, setCursor, meant };
}
const nothing: ReadonlyMap<string, FileEntry> = new Map();
