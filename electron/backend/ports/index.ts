/** Ports of machines on this computer's loopback, and who listens on theirs. */
export { type FoundPort, parseListening } from './listening.ts';
export { patienceMs } from './live-forward.ts';
export { Forwards, type ForwardsOptions, type OpenForward } from './service.ts';
