export { type Door, type DoorOptions, openDoor, type Session } from './door.ts';
export { type LocalDoor, openLocalDoor } from './local-door.ts';
export { isLoopback, OwnAddress } from './origin.ts';
export { type RuntimeFile, readRuntimeFile, removeRuntimeFile, writeRuntimeFile } from './runtime-file.ts';
export { newToken, OneTimeTokens, Sessions, sameSecret } from './secrets.ts';
