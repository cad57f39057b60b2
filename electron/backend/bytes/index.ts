export { type ByteSources, byKind } from './by-kind.ts';
export { serveBytes } from './serve.ts';
export type { BytePiece, ByteSource, BytesContext } from './source.ts';
