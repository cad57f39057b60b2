import type { Client, ClientChannel } from 'ssh2';

/**
 * What ssh2 can do and does not offer: what came so far, whose server it is, measuring a round trip, a signal after stdin has ended, what
 * a server still accepts after one factor of several, a session in which nothing runs, and how much of one channel may be on its way. These reach into its fields (ssh2 is
 * pinned to one version); where these are missing, false says so.
 */
interface ClientFields {
  _sock?: { bytesRead?: unknown };
  _remoteVer?: unknown;
  _protocol?: {
    ping?: () => void;
    signal?: (channel: number, name: string) => void;
    channelWindowAdjust?: (channel: number, bytes: number) => void;
    session?: (channel: number, windowBytes: number, packetBytes: number) => void;
    _handlers?: Record<string, ((...args: unknown[]) => void) | undefined>;
  };
  _callbacks?: ((error: unknown) => void)[];
  _chanMgr?: { add(opened: Opened & { type: string }): number };
}
/** Told of a channel that was asked for. */
export type Opened = (error: Error | undefined, channel: ClientChannel) => void;
interface ChannelFields {
  incoming?: { window: number };
  outgoing?: { id: number; state: string };
}

/** Bytes that came from the server so far; null where the connection does not count them (through a jump host). */
export function bytesHeard(client: Client): number | null {
  const bytes = (client as unknown as ClientFields)._sock?.bytesRead;
  return typeof bytes === 'number' ? bytes : null;
}

/** What the server calls itself: "OpenSSH_9.2p1 Debian-2"; null where that is not known. */
export function softwareOf(client: Client): string | null {
  const { _remoteVer } = client as unknown as ClientFields;
  return typeof _remoteVer === 'string' ? _remoteVer : null;
}

/** Sends keepalive@openssh.com; `answered` is called when the server answers, with yes or no. */
export function sendPing(client: Client, answered: () => void): boolean {
  const { _protocol, _callbacks } = client as unknown as ClientFields;
  if (!_protocol?.ping || !_callbacks) return false;
  // Answers come in the order of the requests and ssh2 keeps who waits for them in this list.
  _callbacks.push((error) => {
    if (!(error instanceof Error)) answered();
  });
  _protocol.ping();
  return true;
}

/** What ssh2 gives each channel. */
const windowBytes = 2 * 1_048_576;
const packetBytes = 32_768;

/** Opens a session and runs nothing in it. Throws where it cannot be asked for. */
export function openSession(client: Client, opened: Opened): void {
  const { _protocol, _chanMgr } = client as unknown as ClientFields;
  const told: Opened = (error, channel) => opened(error, channel);
  const id = _protocol?.session && _chanMgr ? _chanMgr.add(Object.assign(told, { type: 'session' })) : -1;
  if (id < 0) throw new Error('ssh2 opens no session by itself');
  _protocol?.session?.(id, windowBytes, packetBytes);
}

/** Asks sshd to send the program a signal. sshd before 7.9, and for root, does nothing. */
export function sendSignal(client: Client, channel: ClientChannel, name: 'HUP' | 'TERM' | 'KILL'): void {
  const { outgoing } = channel as unknown as ChannelFields;
  const { _protocol } = client as unknown as ClientFields;
  if (outgoing && (outgoing.state === 'open' || outgoing.state === 'eof'))
    _protocol?.signal?.(outgoing.id, name);
}

/**
 * From now on at most `windowBytes` of what the channel brings are on their way or unread, once the two megabytes that ssh2 gives
 * each channel are used up. To be told of every byte that was read: only then more is asked for.
 */
export function keepsWindow(
  client: Client,
  channel: ClientChannel,
  windowBytes: number,
): (readBytes: number) => void {
  const { incoming, outgoing } = channel as unknown as ChannelFields;
  const { _protocol } = client as unknown as ClientFields;
  if (!incoming || !outgoing || !_protocol?.channelWindowAdjust) return () => undefined;
  let left = incoming.window;
  // ssh2 asks for more where it finds little left: it never does.
  incoming.window = Number.POSITIVE_INFINITY;
  return (readBytes) => {
    left -= readBytes;
    if (left > windowBytes / 2 || outgoing.state === 'closed') return;
    _protocol.channelWindowAdjust?.(outgoing.id, windowBytes - left);
    left = windowBytes;
  };
}

/** Told of each refusal before ssh2 acts on it, which for agent keys forgets to pass on what is accepted now. */
export function onRefusal(client: Client, listener: (accepts: string[], partial: boolean) => void): void {
  const handlers = (client as unknown as ClientFields)._protocol?._handlers;
  const original = handlers?.USERAUTH_FAILURE;
  if (!handlers || !original) return;
  handlers.USERAUTH_FAILURE = (protocol, accepts, partial) => {
    listener(Array.isArray(accepts) ? accepts.map(String) : [], partial === true);
    original(protocol, accepts, partial);
  };
}
