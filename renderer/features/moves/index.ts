export { type AskedMove, askMove, canMove, closeMove, useAskedMove } from './ask-move.ts';
export { useDraggedRun, useDragOf, useDropOn } from './drag.ts';
export { activeMoves, movesPart, useActiveMoves, useMoveOf, useMoves } from './move-store.ts';
