export { connectFromBrowser } from './browser.ts';
export { ByteChannel, type OpenedStream, type StreamHandlers, type StreamRequest } from './bytes.ts';
export { type BackendConnection, type ConnectOptions, connectBackend } from './client.ts';
export { connectPage } from './connect.ts';
export { connectFromDesktop } from './desktop.ts';
export { asTrainyardError } from './errors.ts';
export { type EventHandlers, followEvents } from './events.ts';
export type { ConnectionStatus } from './reconnect.ts';
export { offline, socketWire } from './socket-wire.ts';
