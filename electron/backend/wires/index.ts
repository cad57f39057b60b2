export { webSocketWire } from './websocket.ts';
