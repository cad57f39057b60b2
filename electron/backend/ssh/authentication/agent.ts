import { connect } from 'node:net';
import ssh2, { type BaseAgent } from 'ssh2';

export interface AgentKey {
  blob: Buffer;
  comment: string;
}

const agentTimeoutMs = 5_000;

/** The keys an ssh-agent holds; empty where there is no agent that answers (which is how OpenSSH takes it too). */
export function agentKeys(socketPath: string): Promise<AgentKey[]> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let answer = Buffer.alloc(0);
    const done = (keys: AgentKey[]) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(keys);
    };
    const timer = setTimeout(() => done([]), agentTimeoutMs);
    socket.on('error', () => done([]));
    socket.on('close', () => done([]));
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 1, 11]))); // SSH_AGENTC_REQUEST_IDENTITIES
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length > 1024 * 1024) return done([]);
      if (answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0)) done(readKeys(answer));
    });
  });
}

/** SSH_AGENT_IDENTITIES_ANSWER: a count, then for each key its blob and its comment. */
function readKeys(answer: Buffer): AgentKey[] {
  if (answer.length < 9 || answer[4] !== 12) return [];
  const keys: AgentKey[] = [];
  let at = 9;
  const next = (): Buffer | null => {
    if (at + 4 > answer.length) return null;
    const end = at + 4 + answer.readUInt32BE(at);
    if (end > answer.length) return null;
    const value = answer.subarray(at + 4, end);
    at = end;
    return value;
  };
  for (let left = answer.readUInt32BE(5); left > 0; left--) {
    const [blob, comment] = [next(), next()];
    if (!blob || !comment) break;
    keys.push({ blob: Buffer.from(blob), comment: comment.toString('utf8') });
  }
  return keys;
}

/** Signing by a real agent, through ssh2's client for it. */
export const agentAt = (socketPath: string): BaseAgent => ssh2.createAgent(socketPath);
