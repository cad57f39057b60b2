import type { Told } from './because.ts';
import { reasonOf } from './sentence.ts';

/** Why a run has no room on a machine, or not yet: parts of sentences. `renderer/i18n/errors/room.ts` has both languages. */
export const roomSentences = {
  ROOM_TURN_LOOKED_UP: 'its turn is being looked up',
  ROOM_APP_RESTARTED: 'Trainyard was restarted',
  ROOM_NOT_LOOKED: 'the machine has not been looked at yet',
  ROOM_NOT_CONNECTED: 'the machine is not connected',
  ROOM_NOT_CONNECTED_WHY: 'the machine is not connected: {{why}}',
  ROOM_DRAINING: 'the machine takes no new runs',
  ROOM_CLAIMED: 'it is being moved or recovered',
  ROOM_ATTEMPT_BEFORE: 'attempt {{epoch}} on {{machine}} has not ended yet',
  ROOM_RUN_BEFORE: 'a run before it waits for the same accelerators ({{wanted}})',
  ROOM_HELD: 'waiting for {{wanted}}; held by {{holders}}',
  ROOM_HELD_BY_MORE: 'waiting for {{wanted}}; held by {{holders}} …',
  ROOM_NOTHING_FREE: 'nothing is free',
  ROOM_NOTHING_KNOWN: 'nothing is known of it',
  ROOM_ASKS: 'it asks for {{wanted}}, and the machine has {{has}}',
  ROOM_ASKS_NONE: 'it asks for {{wanted}}, and the machine has no accelerators',
  HELD_BY_RUN: 'run "{{run}}"',
  HELD_BY_ANOTHER: 'another run',
  HELD_BY_PROCESS: 'a process ({{who}})',
  HELD_BY_PROGRAM: '{{program}} ({{who}})',
  ROOM_ON: '{{machine}}: {{why}}',
  ROOM_REFUSED_THERE: 'the move there was refused',
  ROOM_LITTLE_MEMORY: 'too little memory',
  ROOM_FEW_PROCESSORS: 'too few processors',
  ROOM_FEW_FREE: 'not enough free accelerators of the kind it asks for',
  ROOM_NO_OTHER: 'there is no other machine',
  ROOM_DRAINED: 'it is being drained',
  ROOM_OUT_OF_SIGHT: 'it is not connected',
  ROOM_UNSEEN: 'it has not been looked at yet',
  ROOM_WINDOW: 'runs may not be there at this time',
  ROOM_GONE: 'it is gone',
  ROOM_UNKNOWN_MACHINE: 'there is no machine called "{{machine}}"',
  ROOM_FULL: 'it is full',
  ROOM_NONE: 'there is none',
  ROOM_BACK: '{{machine}} is back',
} as const;

export type RoomCode = keyof typeof roomSentences;

export const sayRoom = (code: RoomCode, params: Told['params'] = {}): Told =>
  reasonOf(roomSentences, code, params);
