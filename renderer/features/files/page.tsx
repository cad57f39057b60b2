import './files.css';
import { useCallback, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useMachines } from '#renderer/app/machine-store.ts';
import { notePlace } from '#renderer/app/recent-places.ts';
import { paths } from '#renderer/app/routes.ts';
import { useView } from '#renderer/app/use-view.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, type MenuEntry } from '#renderer/ui/index.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import { baseName, parentPath, showName } from './box-path.ts';
import { Browser } from './browser.tsx';
import { ClashDialog } from './dialogs/clash-dialog.tsx';
import { dropDraft } from './editor/draft-store.ts';
import { FileTray } from './file-tray.tsx';
import { useLeaving } from './leaving.ts';
import { PreviewPane } from './preview/preview-pane.tsx';
import { Splitter } from './splitter.tsx';
import { showTransfers } from './transfers/show.ts';
import type { Place } from './use-file-actions.ts';

interface Arrangement {
  /** Width of the right pane. */
  percent: number;
  hidden: boolean;
  two: boolean;
  /** Where one was last, and where the right pane is. */
  machineId: string | null;
  right: { machineId: string; path: string } | null;
}
const asDesigned: Arrangement = { percent: 46, hidden: false, two: false, machineId: null, right: null };

/** Files of a machine: its directories, and what the chosen file looks like; or two directories side by side. */
export function FilesPage({ machineId: asked }: { machineId?: string | undefined }) {
  const t = useT();
  const [arrangement, arrange] = useView('files.layout', asDesigned);
  const machineId = asked ?? arrangement.machineId ?? thisComputerId;
  const loaded = useMachines(({ loaded: all }) => all);
  const { path, file, line, go } = useAddress(machineId);
  const [left, setLeft] = useState<Place | null>(null);
  const [right, setRight] = useState<Place | null>(null);
  const leaving = useLeaving(file === null ? null : { machineId, path: file });
  useEffect(() => {
    if (asked && asked !== arrangement.machineId) arrange({ machineId: asked });
  }, [asked, arrangement.machineId, arrange]);

  const shown = file ?? path;
  // So that the palette finds it again.
  useEffect(() => {
    if (asked && shown.startsWith('/')) notePlace({ machineId: asked, path: shown });
  }, [asked, shown]);

  const { ask } = leaving;
  const goTo = useCallback((to: string) => ask(() => go({ path: to, file: null })), [ask, go]);
  const openFile = useCallback((to: string) => ask(() => go({ path: path, file: to })), [ask, go, path]);
  const isFile = useCallback((to: string) => go({ path: parentPath(to), file: to, replace: true }), [go]);
  const [, navigate] = useLocation();
  const changeMachine = (to: string) => ask(() => navigate(paths.files(to)));
  const hidden = (is: boolean) => arrange({ hidden: is });
  const { two } = arrangement;
  const rightPlace = arrangement.right ?? { machineId, path: '~' };
  const goRight = useCallback(
    (to: string) => arrange({ right: { ...rightPlace, path: to } }),
    [arrange, rightPlace],
  );
  const more: MenuEntry[] = [
    {
      label: two ? t('files.onePane') : t('files.twoPanes'),
      onSelect: () => arrange({ two: !two }),
    },
    { label: t('files.transfers'), onSelect: showTransfers },
  ];
  const split = file !== null || two;
  return (
    <div className="page filespage">
      <h1 className="hidden-visually">{t('files.title')}</h1>
      <div
        className="files__panes"
        style={{
          gridTemplateColumns: split
            ? `minmax(0, ${100 - arrangement.percent}fr) 7px minmax(0, ${arrangement.percent}fr)`
            : 'minmax(0, 1fr)',
        }}
      >
        <Browser
          key={`left ${machineId}`}
          side="left"
          machineId={machineId}
          path={path}
          hidden={arrangement.hidden}
          narrow={split}
          across={two ? right : null}
          openName={file !== null && parentPath(file) === (left?.directory ?? path) ? baseName(file) : null}
          more={more}
          onMachine={changeMachine}
          onGo={goTo}
          onFile={openFile}
          onHidden={hidden}
          onPlace={setLeft}
          onIsFile={isFile}
        />
        {split ? (
          <Splitter percent={arrangement.percent} onPercent={(percent) => arrange({ percent })} />
        ) : null}
        {file !== null ? (
          <PreviewPane
            machineId={machineId}
            path={file}
            line={line}
            onClose={() => ask(() => go({ path, file: null }))}
          />
        ) : two && loaded ? (
          <Browser
            key={`right ${rightPlace.machineId}`}
            side="right"
            machineId={rightPlace.machineId}
            path={rightPlace.path}
            hidden={arrangement.hidden}
            narrow
            across={left}
            openName={null}
            more={more}
            onMachine={(to) => arrange({ right: { machineId: to, path: '~' } })}
            onGo={goRight}
            onFile={(to) =>
              ask(() =>
                navigate(
                  `${paths.files(rightPlace.machineId, parentPath(to))}&file=${encodeURIComponent(to)}`,
                ),
              )
            }
            onHidden={hidden}
            onPlace={setRight}
            onIsFile={(to) => goRight(parentPath(to))}
          />
        ) : null}
      </div>
      <FileTray />
      <ClashDialog />
      {leaving.asking ? (
        <Dialog
          open
          title={t('files.leaveTitle', { name: showName(baseName(file ?? '')) })}
          description={t('files.leaveText')}
          onClose={leaving.stay}
        >
          <div className="dialog__actions">
            <Button
              look="danger"
              onClick={() => {
                if (file !== null) dropDraft(machineId, file);
                leaving.leave();
              }}
            >
              {t('files.discard')}
            </Button>
            <Button onClick={leaving.leave}>{t('files.keepDraft')}</Button>
            <Button look="primary" autoFocus onClick={leaving.stay}>
              {t('files.backToEditor')}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}

/** Where the address leads: a directory, and the file in it that is open. A path with a line is a file. */
function useAddress(machineId: string) {
  const query = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const asked = query.get('path') ?? '~';
  const lineText = query.get('line');
  const line = lineText === null ? null : Math.max(1, Math.floor(Number(lineText)) || 1);
  const named = query.get('file');
  const isFile = named === null && line !== null;
  const go = useCallback(
    ({ path, file, replace = false }: { path: string; file: string | null; replace?: boolean }) =>
      navigate(`${paths.files(machineId, path)}${file === null ? '' : `&file=${encodeURIComponent(file)}`}`, {
        replace,
      }),
    [navigate, machineId],
  );
  return { path: isFile ? parentPath(asked) : asked, file: isFile ? asked : named, line, go };
}
