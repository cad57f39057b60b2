import { because } from '#shared/domain/because.ts';
import type { MoveFacts } from './facts.ts';
import { newestOf } from './facts.ts';
import { type Mode, type Said, say } from './sentences.ts';

/** Which ways to hand over this run has, the best first, and why the others not. */
export function modesOf(facts: MoveFacts): Mode[] {
  const reasons = { request: whyNotRequest(facts), next: whyNotNext(facts), last: whyNotLast(facts) };
  return (['request', 'next', 'last'] as const).map((mode) => ({
    mode,
    possible: reasons[mode] === null,
    why: reasons[mode],
  }));
}

const hasPath = ({ run }: MoveFacts): boolean => run.spec.checkpoint !== null;

function whyNotRequest(facts: MoveFacts): Said | null {
  if (!hasPath(facts)) return say('MODE_NEEDS_PATH');
  const request = facts.run.spec.checkpoint?.request;
  if (request?.command !== undefined) return null;
  const signal = request?.signal;
  if (signal === undefined) return say('MODE_NEEDS_REQUEST');
  const { box, name } = facts.from;
  if (box === null || box.processes === 0) return say('MODE_NOT_KNOWN', { from: name, signal });
  return box.handles > 0 ? null : say('MODE_NO_HANDLER', { signal });
}

function whyNotNext(facts: MoveFacts): Said | null {
  if (!hasPath(facts)) return say('MODE_NEEDS_PATH');
  if (facts.run.spec.checkpoint?.every !== undefined) return null;
  const unseen = whyUnseen(facts);
  if (unseen !== null) return unseen;
  return newestOf(facts) === null ? say('MODE_NO_RHYTHM') : null;
}

function whyNotLast(facts: MoveFacts): Said | null {
  if (!hasPath(facts)) return say('MODE_NEEDS_PATH');
  return whyUnseen(facts) ?? (newestOf(facts) === null ? say('MODE_NO_CHECKPOINT') : null);
}

/** A directory that is not there yet is just empty. */
function whyUnseen({ checkpoints }: MoveFacts): Said | null {
  if (checkpoints === null || checkpoints.ok) return null;
  if (checkpoints.why.code === 'CHECKPOINT_DIRECTORY_MISSING') return null;
  return say('MODE_CHECKPOINTS_UNSEEN', because('why', checkpoints.why));
}
