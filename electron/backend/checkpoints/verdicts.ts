import { because, type Told } from '#shared/domain/because.ts';
import type { CheckpointVerdict } from '#shared/domain/checkpoint.ts';

/** Why a checkpoint counts as complete or not. The page has the same sentences by code: renderer/i18n/errors/checkpoints.ts. */
const verdict = (
  code: string,
  message: string,
  params: Record<string, string | number> = {},
): CheckpointVerdict => ({ code, params, message });

export const complete = (): CheckpointVerdict =>
  verdict('CHECKPOINT_COMPLETE', 'Everything is there, and nothing of it changes.');
/** What is written anew in the same place is whole only while nobody trains. */
export const completeInPlace = (): CheckpointVerdict =>
  verdict(
    'CHECKPOINT_COMPLETE_IN_PLACE',
    'Everything is there now. It is overwritten in place at the next save: it may be copied only once the training has stopped.',
  );
export const completeModelOnly = (): CheckpointVerdict =>
  verdict(
    'CHECKPOINT_COMPLETE_MODEL_ONLY',
    'Everything is there, but it was saved without the state of the optimizer: a training goes on from it with a new one.',
  );
/** The format has no mark at its end. */
export const completeByStability = (): CheckpointVerdict =>
  verdict(
    'CHECKPOINT_COMPLETE_BY_STABILITY',
    'It does not change and nobody writes to it; its format does not tell more than that.',
  );

export const fileMissing = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_FILE_MISSING', `"${file}" is missing.`, { file });
export const fileDamaged = (file: string, what: Told): CheckpointVerdict =>
  verdict('CHECKPOINT_FILE_DAMAGED', `"${file}" is not whole: ${what.message}.`, {
    file,
    ...because('what', what),
  });
export const fileUnreadable = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_FILE_UNREADABLE', `"${file}" cannot be read.`, { file });
export const leadsOut = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_LEADS_OUT', `"${file}" is a link to something that is not in this directory.`, {
    file,
  });
export const markedUnfinished = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_MARKED_UNFINISHED', `"${file}" says that it was not finished.`, { file });
export const notAnnounced = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_NOT_ANNOUNCED', `"${file}" does not name it yet.`, { file });
export const ranksMissing = (have: number, want: number): CheckpointVerdict =>
  verdict('CHECKPOINT_RANKS_MISSING', `Parts of ${have} of ${want} processes are there.`, { have, want });
export const stepDiffers = (file: string, said: string): CheckpointVerdict =>
  verdict('CHECKPOINT_STEP_DIFFERS', `"${file}" tells of step ${said}, its name of another.`, {
    file,
    said,
  });
export const staleIndex = (file: string): CheckpointVerdict =>
  verdict(
    'CHECKPOINT_STALE_INDEX',
    `"${file}" is older than the parts it lists: they are being written anew.`,
    { file },
  );
export const temporary = (): CheckpointVerdict =>
  verdict('CHECKPOINT_TEMPORARY', 'It still has the name under which it is written.');
export const empty = (): CheckpointVerdict => verdict('CHECKPOINT_EMPTY', 'There is nothing in it.');
export const beingWritten = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_BEING_WRITTEN', `Somebody is writing to "${file}".`, { file });
export const changing = (file: string): CheckpointVerdict =>
  verdict('CHECKPOINT_CHANGING', `"${file}" changed while it was looked at.`, { file });
