import { copiesPart } from '#renderer/features/copies/copy-store.ts';
import { movesPart } from '#renderer/features/moves/move-store.ts';
import { placesPart } from '#renderer/features/places/place-store.ts';
import { forwardsPart } from '#renderer/features/ports/store.ts';
import { runListPart } from '#renderer/features/runs/run-list-store.ts';
import { runsPart } from '#renderer/features/runs/run-store.ts';
import { type BackendConnection, followEvents } from '#renderer/rpc/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';
import { arrangementPart } from './layout-store.ts';
import type { LivePart } from './live-part.ts';
import { machinesPart } from './machine-store.ts';
import { noticesPart } from './notice-store.ts';
import { openPart } from './open-store.ts';
import { painted } from './painted.ts';
import { promptsPart } from './prompt-store.ts';
import { sessionPart, useSession } from './session-store.ts';
import { sitesPart } from './site-store.ts';

/** Loads before everything else where its page is open: a long list on the screen is what is waited for. */
const firstPart: LivePart = runListPart;
const parts: readonly LivePart[] = [
  runsPart,
  sessionPart,
  sitesPart,
  promptsPart,
  noticesPart,
  machinesPart,
  movesPart,
  copiesPart,
  forwardsPart,
  placesPart,
  arrangementPart,
  openPart,
];

const extra = new Set<LivePart>();

/** A page that needs events of its own (the detail of a run) takes part while it is open. Returns the end of it. */
export function takePart(part: LivePart): () => void {
  extra.add(part);
  return () => extra.delete(part);
}

const everyone = () => [firstPart, ...extra, ...parts];

/** One subscription for the whole page: it feeds the stores, and has them load again when something may have been missed. */
export function startLive(connection: BackendConnection): () => void {
  // What a page cannot load it says itself; a lost connection is followed by the next reload.
  const load = (part: LivePart) =>
    part.reload(connection.rpc).catch((thrown: unknown) => console.info('Loading again failed:', thrown));
  const reload = async () => {
    await Promise.all([firstPart, ...extra].map(load));
    await painted();
    for (const part of parts) void load(part);
  };
  const apply = (event: AppEvent) => {
    for (const part of everyone()) part.apply(event);
  };
  useSession.setState({ status: connection.status() });
  const offStatus = connection.onStatus((status) => useSession.setState({ status }));
  // The first load goes out together with the subscription, not after its answer: that is a round trip sooner. Calls are
  // answered in order on one connection, so nothing can fall between the two.
  let first = true;
  const offEvents = followEvents(connection, {
    onOpen() {
      if (!first) void reload();
      first = false;
    },
    onEvent: apply,
  });
  void reload();
  return () => {
    offStatus();
    offEvents();
  };
}
