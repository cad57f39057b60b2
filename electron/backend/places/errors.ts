import { because, becauseOf, firstOf, several, type Told } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Proposal } from '#shared/domain/recovery.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';

type Said = Proposal['reason'];

export const proposalAnswered = (state: string): TrainyardError =>
  new TrainyardError('PROPOSAL_ANSWERED', `This proposal is ${state} already.`, {
    params: because('state', wordOf('PROPOSAL', state)),
  });

export const evacuationUnknown = (): TrainyardError =>
  new TrainyardError('EVACUATION_UNKNOWN', 'This evacuation is not there any more.');

/** What is said of a run that stays where it is. */
export const stays = {
  noRoom: (why: readonly Told[]): Said => {
    const shown = several(firstOf(why, 5));
    return {
      code: 'EVACUATION_NO_ROOM',
      params: because('why', shown),
      message: `No other machine has room for it now: ${shown.message}.`,
    };
  },
  refused: (machine: string, ...why: readonly Told[]): Said => ({
    code: 'EVACUATION_REFUSED',
    params: { machine, ...becauseOf('why', why) },
    message: `It cannot be moved to ${machine}: ${why.map(({ message }) => message).join(' ')}`,
  }),
  moving: (): Said => ({
    code: 'EVACUATION_MOVING',
    params: {},
    message: 'It is being moved already.',
  }),
  /** null: it was cancelled. */
  wentBack: (error: Told | null): Said => {
    const why = error ?? { code: 'CANCELLED', params: {}, message: 'This was cancelled.' };
    return {
      code: 'EVACUATION_WENT_BACK',
      params: because('why', why),
      message: `Its move did not succeed, and it goes on here: ${why.message}`,
    };
  },
  cancelled: (): Said => ({
    code: 'EVACUATION_CANCELLED',
    params: {},
    message: 'The evacuation was cancelled before its turn came.',
  }),
};
