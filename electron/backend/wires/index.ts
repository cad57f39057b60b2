export { localSocketWire } from './local-socket.ts';
export { webSocketWire } from './websocket.ts';
