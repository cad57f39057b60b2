import { type OpenStream, type StreamKind, streamRoles } from '#shared/contract/bytes.ts';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Actor, roleAllows } from '#shared/domain/role.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import type { BytePiece, ByteSource, BytesContext } from './source.ts';

export type ByteSources = { [Kind in StreamKind]?: ByteSource<Kind> };

/** One source of the rooms' own. Its streams fail with ROLE_TOO_LOW for who may not, NOT_AVAILABLE where there is no such room. */
export function byKind(sources: ByteSources): ByteSource {
  return async function* (request, context) {
    admit(context.actor, request.kind);
    yield* open(sources, request, context);
  };
}

function open(sources: ByteSources, request: OpenStream, context: BytesContext): AsyncIterable<BytePiece> {
  switch (request.kind) {
    case 'log':
      return sources.log?.(request, context) ?? missing(request.kind);
    case 'terminal':
      return sources.terminal?.(request, context) ?? missing(request.kind);
    case 'upload':
      return sources.upload?.(request, context) ?? missing(request.kind);
    case 'file':
      return sources.file?.(request, context) ?? missing(request.kind);
  }
}

function admit(actor: Actor, kind: StreamKind): void {
  const needed = streamRoles[kind];
  if (roleAllows(actor.role, needed)) return;
  throw new TrainyardError(
    'ROLE_TOO_LOW',
    `This needs the role "${needed}"; you are signed in as "${actor.role}".`,
    {
      params: {
        ...because('needed', wordOf('ROLE', needed)),
        ...because('have', wordOf('ROLE', actor.role)),
      },
      details: kind,
    },
  );
}

function missing(kind: StreamKind): never {
  throw new TrainyardError('NOT_AVAILABLE', `"${kind}" is not available in this build of Trainyard.`, {
    params: { what: kind },
  });
}
