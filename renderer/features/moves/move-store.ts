import { useMemo } from 'react';
import { create } from 'zustand';
import { gather } from '#renderer/app/gather.ts';
import type { LivePart } from '#renderer/app/live-part.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { isOver } from '#shared/domain/migration-phases.ts';

interface MovesState {
  /** Moves under way, and those that have ended while the page was open. */
  byId: ReadonlyMap<string, Migration>;
}

/** Every move that the page has met, always as the backend last said. */
export const useMoves = create<MovesState>()(() => ({ byId: new Map() }));

/** Ended ones beyond this many are forgotten, the oldest first: their run's page asks for them. */
const endedKept = 100;

function withMoves(before: ReadonlyMap<string, Migration>, changed: readonly Migration[]) {
  const next = new Map(before);
  for (const move of changed) {
    // Taken out first: the map's order is the order in which they last changed.
    next.delete(move.id);
    next.set(move.id, move);
  }
  const ended = [...next.values()].filter(({ phase }) => isOver(phase));
  for (const { id } of ended.slice(0, Math.max(0, ended.length - endedKept))) next.delete(id);
  return next;
}

export const learnMoves = (moves: readonly Migration[]): void =>
  useMoves.setState(({ byId }) => ({ byId: withMoves(byId, moves) }));

const moveChanged = gather<Migration>(learnMoves);

export const movesPart: LivePart = {
  async reload(client) {
    const active = await client.migrations.list({ active: true, limit: 1000 });
    useMoves.setState(({ byId }) => {
      const ended = [...byId].filter(([, { phase }]) => isOver(phase));
      return { byId: withMoves(new Map(ended), active) };
    });
  },
  apply(event) {
    if (event.type === 'migration.changed') moveChanged(event.migration);
  },
};

/** Those under way, the oldest first. */
export function activeMoves(byId: ReadonlyMap<string, Migration>): Migration[] {
  return [...byId.values()].filter(({ phase }) => !isOver(phase)).sort((a, b) => a.startedAt - b.startedAt);
}

export function useActiveMoves(): readonly Migration[] {
  const byId = useMoves((state) => state.byId);
  return useMemo(() => activeMoves(byId), [byId]);
}

/** The move that a run is in now. */
export const useMoveOf = (runId: string): Migration | undefined =>
  useMoves(({ byId }) => {
    for (const move of byId.values()) if (move.runId === runId && !isOver(move.phase)) return move;
    return undefined;
  });
