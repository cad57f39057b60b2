import { backend, rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { sayError, useSession } from '#renderer/app/session-store.ts';
import { learnCopies } from '#renderer/features/copies/copy-store.ts';
import { t, translateError } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { newId, thisComputerId } from '#shared/domain/new-id.ts';
import { joinPath, showName } from '../box-path.ts';
import { leadsTo } from '../entry-words.ts';
import { sayArrival } from './arrivals.ts';
import { askClashes } from './ask-clashes.ts';
import { resolveClashes, takenNames } from './clashes.ts';
import { type Chosen, mostFiles, readField, renamedTops, TooMany, topsOf } from './drop-entries.ts';
import { arrivedOf, asBegun, isSameChoice } from './go-on.ts';
import type { OwnTop } from './own-paths.ts';
import { showTransfers } from './show.ts';
import type { Unfinished } from './unfinished.ts';
import {
  cutUpload,
  cutUploads,
  retryUpload,
  startUpload,
  type UploadMeans,
  useUploads,
} from './upload-store.ts';

const means = (): UploadMeans => ({ files: rpc().files, bytes: backend().bytes, onArrived: sayArrival });

export const machineNameOf = (machineId: string): string =>
  placeName(machineId, useMachines.getState().byId.get(machineId)?.name ?? machineId, t);

/** Asks about names that are taken there. null: called off. */
async function namesAt(
  machineId: string,
  directory: string,
  tops: readonly { name: string; isDirectory: boolean }[],
): Promise<Map<string, string | null> | null> {
  const names = tops.map(({ name }) => name);
  const taken = await takenNames(rpc().files, machineId, directory, names);
  const clashes = tops.flatMap((top) => {
    const there = taken.get(top.name);
    return there ? [{ ...top, there }] : [];
  });
  const answers = await askClashes({ clashes, directory, machineName: machineNameOf(machineId) });
  return answers && resolveClashes(names, new Set(taken.keys()), answers);
}

/** Sends what the user has chosen or dropped into a directory; says what stands in the way. */
export async function upload(
  machineId: string,
  directory: string,
  choose: () => Promise<Chosen> | Chosen,
  /** Where it lies on this computer, where that is known: then the backend copies it, whatever becomes of the page. */
  own: readonly OwnTop[] | null = null,
): Promise<void> {
  try {
    if (own !== null) return await copyTops(own, thisComputerId, { machineId, directory });
    const chosen = await choose();
    if (chosen.files.length + chosen.directories.length === 0) return;
    const begun = cutUploads().find(
      (cut) => cut.machineId === machineId && cut.directory === directory && isSameChoice(cut, chosen),
    );
    if (begun) return await goOn(begun, chosen);
    const names = await namesAt(machineId, directory, topsOf(chosen));
    if (names === null) return;
    const renamed = renamedTops(chosen, names);
    if (renamed.files.length + renamed.directories.length === 0) return;
    const machineName = machineNameOf(machineId);
    const tops = [...names];
    const request = { machineId, machineName, directory, chosen: renamed, replace: true, tops };
    const { id, ended } = startUpload(request, means());
    await sayHowItEnded(id, ended);
  } catch (thrown) {
    if (thrown instanceof TooMany) toast('error', t('files.tooMany', { most: mostFiles }));
    else sayError(thrown);
  }
}

/** Goes on with an upload that a new load of the page has cut off, with what the user has chosen again. */
async function goOn(cut: Unfinished, chosen: Chosen): Promise<void> {
  const { id, machineId, machineName, directory, tops } = cut;
  const begun = asBegun(cut, chosen);
  const arrived = cut.doneFiles === 0 ? new Set<string>() : await arrivedOf(rpc().files, cut, begun.files);
  const request = { machineId, machineName, directory, chosen: begun, replace: true, tops };
  const { ended } = startUpload(request, means(), { id, arrived });
  await sayHowItEnded(id, ended);
}

/** Asks for the files of an upload that was cut off. */
export function chooseAgain(id: string): void {
  const cut = cutUpload(id);
  if (!cut) return;
  const field = document.createElement('input');
  field.type = 'file';
  field.multiple = true;
  field.webkitdirectory = cut.folders;
  field.addEventListener('change', () => {
    goOn(cut, readField(field.files ?? [])).catch(sayError);
  });
  field.click();
}

export const tryUploadAgain = (id: string): void => void sayHowItEnded(id, retryUpload(id, means()));

/** What failed is said where the user is by then. */
async function sayHowItEnded(id: string, ended: Promise<void>): Promise<void> {
  // It goes on for as long as this page is open: closing it is asked about.
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener('beforeunload', ask);
  await ended;
  window.removeEventListener('beforeunload', ask);
  const upload = useUploads.getState().byId.get(id);
  if (upload?.state !== 'failed' || upload.error === null) return;
  const why = translateError(upload.error.code, upload.error.params, upload.error.message);
  toast('error', t('files.uploadFailed', { name: showName(upload.name), why }), {
    actions: [{ label: t('files.transfers'), run: showTransfers }],
  });
}

/** Copies entries of a directory into another one, here or on another machine, as jobs of the backend. */
export async function copyEntries(
  from: { machineId: string; directory: string; entries: readonly FileEntry[] },
  to: { machineId: string; directory: string },
  { onClash = 'ask' }: { onClash?: 'ask' | 'both' } = {},
): Promise<void> {
  try {
    const tops = from.entries.map((entry) => ({
      name: entry.name,
      isDirectory: leadsTo(entry) === 'directory',
      source: joinPath(from.directory, entry.name),
    }));
    await copyTops(tops, from.machineId, to, onClash);
  } catch (thrown) {
    sayError(thrown);
  }
}

async function copyTops(
  tops: readonly OwnTop[],
  fromMachineId: string,
  to: { machineId: string; directory: string },
  onClash: 'ask' | 'both' = 'ask',
): Promise<void> {
  const names =
    onClash === 'ask' ? await namesAt(to.machineId, to.directory, tops) : await namesBeside(to, tops);
  if (names === null) return;
  let started = 0;
  for (const { name, isDirectory, source } of tops) {
    const become = names.get(name);
    if (become === null || become === undefined) continue;
    learnCopies([
      await rpc().copies.start({
        requestId: newId(),
        // "What is in it", into a directory of the name that it shall have.
        from: { machineId: fromMachineId, path: isDirectory ? `${source}/` : source },
        to: { machineId: to.machineId, path: joinPath(to.directory, become) },
      }),
    ]);
    started += 1;
  }
  if (started > 0)
    toast(
      'info',
      t('files.copying', { count: started, to: `${machineNameOf(to.machineId)}:${to.directory}` }),
    );
}

async function namesBeside(
  to: { machineId: string; directory: string },
  tops: readonly { name: string }[],
): Promise<Map<string, string | null>> {
  const names = tops.map(({ name }) => name);
  const taken = await takenNames(rpc().files, to.machineId, to.directory, names);
  return resolveClashes(names, new Set(taken.keys()), new Map(names.map((name) => [name, 'both'])));
}

/** To the folder of this computer that the settings name, beside what is there. */
export function download(machineId: string, directory: string, entries: readonly FileEntry[]): Promise<void> {
  const to = useSession.getState().settings?.downloadDirectory ?? '~/Downloads';
  return copyEntries(
    { machineId, directory, entries },
    { machineId: thisComputerId, directory: to },
    { onClash: 'both' },
  );
}

/** Where the browser can fetch a file of a machine itself. */
export const browserAddress = (machineId: string, path: string, name: string): string =>
  `/files/${machineId}/${encodeURIComponent(name)}?path=${encodeURIComponent(path)}`;
