/**
 * The byte channel beside the RPC: many streams over one WebSocket (path `/bytes`) or MessagePort, each with credits, so
 * that a fast box can never outrun a slow page. Frames are binary: 1 byte type, 4 bytes stream number (big-endian,
 * chosen by the page, rising), then the payload.
 *
 * | frame | from | payload |
 * |---|---|---|
 * | OPEN   | page    | JSON of `openStream`; carries the first credit |
 * | DATA   | backend (page too, for streams that take input: it may send none before it has credit) | raw bytes |
 * | CREDIT | the receiver of data, each way by itself | 4 bytes: how many more bytes may be sent |
 * | INFO   | backend | JSON of `streamInfo`: said once before the first DATA, and again when what it says changes |
 * | END    | either  | empty: no more data from here; or JSON of an error shape. From the page it ends the stream, but for an upload, of which an empty one says that all was sent |
 */
export const frameTypes = { OPEN: 1, DATA: 2, CREDIT: 3, INFO: 4, END: 5 } as const;
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];
export const frameHeaderBytes = 5;

export function encodeFrame(
  type: FrameType,
  stream: number,
  payload: Uint8Array | string = '',
): Uint8Array<ArrayBuffer> {
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const frame = new Uint8Array(frameHeaderBytes + body.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, type);
  view.setUint32(1, stream);
  frame.set(body, frameHeaderBytes);
  return frame;
}

export interface Frame {
  type: FrameType;
  stream: number;
  payload: Uint8Array;
}

/** Throws a RangeError on anything that is not a frame. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.byteLength < frameHeaderBytes) throw new RangeError('a frame has at least 5 bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint8(0);
  if (type < frameTypes.OPEN || type > frameTypes.END) throw new RangeError(`unknown frame type ${type}`);
  return { type: type as FrameType, stream: view.getUint32(1), payload: bytes.subarray(frameHeaderBytes) };
}

export const encodeCredit = (stream: number, bytes: number): Uint8Array<ArrayBuffer> => {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, bytes);
  return encodeFrame(frameTypes.CREDIT, stream, payload);
};
export const decodeCredit = (payload: Uint8Array): number => {
  if (payload.byteLength !== 4) throw new RangeError('a credit is 4 bytes');
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
};
