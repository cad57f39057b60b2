import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import type { Client } from 'ssh2';

/** ssh2's decipher for AES-GCM, as far as it is used here (ssh2 is pinned to one version). */
interface GcmDecipher {
  decrypt(data: Buffer, at: number, end: number): number | undefined;
  inSeqno: number;
  _onPayload(payload: Buffer): number | false | undefined;
  _decipherSSLName: 'aes-128-gcm' | 'aes-256-gcm';
  _decipherKey: Buffer;
  _decipherIV: Buffer;
  /** How much it has of the next packet's length: 0 between packets. */
  _lenBytes: number;
}

const lengthBytes = 4;
const tagBytes = 16;
const largestPacket = 35_000;

/**
 * Each packet has a key stream of its own, and OpenSSL takes longer to set it up than to decipher a line of log. As it
 * depends on nothing in the packet it is made while nothing is to be done, so that a packet that comes whole finds it
 * ready; every other one goes ssh2's own way. To be called after each key exchange; false where the cipher is another.
 */
export function decipherAhead(client: Client): boolean {
  const found = (client as unknown as { _protocol?: { _decipher?: Partial<GcmDecipher> } })._protocol
    ?._decipher;
  if (!isGcm(found)) return false;
  const own = found.decrypt.bind(found);
  let ready: { seqno: number; decipher: DecipherGCM } | null = null;
  let preparing = false;

  const make = () => createDecipheriv(found._decipherSSLName, found._decipherKey, found._decipherIV);
  const prepare = () => {
    preparing = false;
    if (found._lenBytes === 0 && ready?.seqno !== found.inSeqno)
      ready = { seqno: found.inSeqno, decipher: make() };
  };
  const next = () => {
    const made = ready?.seqno === found.inSeqno ? ready.decipher : make();
    ready = null;
    return made;
  };
  const decrypt = (data: Buffer, from: number, end: number): number | undefined => {
    let at = from;
    while (at < end) {
      const length = found._lenBytes === 0 ? wholePacket(data, at, end) : 0;
      if (length === 0) return own(data, at, end);
      const payload = open(next(), data, at, length);
      at += lengthBytes + length + tagBytes;
      found.inSeqno = (found.inSeqno + 1) >>> 0;
      increment(found._decipherIV);
      const answer = found._onPayload(payload);
      if (answer !== undefined) return answer === false ? at : answer;
    }
    return undefined;
  };
  found.decrypt = (data, from, end) => {
    const answer = decrypt(data, from, end);
    if (!preparing && found._lenBytes === 0) {
      preparing = true;
      setImmediate(prepare);
    }
    return answer;
  };
  return true;
}

function isGcm(decipher: Partial<GcmDecipher> | undefined): decipher is GcmDecipher {
  return (
    /^aes-(128|256)-gcm$/.test(decipher?._decipherSSLName ?? '') &&
    decipher?._decipherKey !== undefined &&
    decipher._decipherIV?.length === 12 &&
    decipher._lenBytes !== undefined
  );
}

/** The length of the packet that begins at `at`; 0: it is not there whole, or no packet, about which ssh2 complains. */
function wholePacket(data: Buffer, at: number, end: number): number {
  if (end - at < lengthBytes) return 0;
  const length = data.readUInt32BE(at);
  const isRight = length >= 16 && length % 16 === 0 && length + 20 <= largestPacket;
  return isRight && end - at >= lengthBytes + length + tagBytes ? length : 0;
}

/** The payload of a packet. Throws when it is not what the server has sent. */
function open(decipher: DecipherGCM, data: Buffer, at: number, length: number): Buffer {
  const body = at + lengthBytes;
  decipher.setAAD(data.subarray(at, body));
  const packet = decipher.update(data.subarray(body, body + length));
  decipher.setAuthTag(data.subarray(body + length, body + length + tagBytes));
  decipher.final();
  return packet.subarray(1, packet.length - (packet[0] ?? 0));
}

/** The last eight bytes count the packets (RFC 5647). */
function increment(iv: Buffer): void {
  for (let at = 11; at >= 4; at -= 1) {
    iv[at] = ((iv[at] ?? 0) + 1) & 0xff;
    if (iv[at] !== 0) return;
  }
}
