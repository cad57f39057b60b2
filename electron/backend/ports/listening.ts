import type { ListeningPort } from '#shared/domain/forward.ts';
import { guessService } from './guess.ts';

export type FoundPort = Omit<ListeningPort, 'runName'>;

interface FoundProcess {
  pid: number;
  name: string;
  command: string;
  runId: string | null;
}

const mostPorts = 1_000;
const idPattern = /^[0-9a-z]{8,64}$/i;

/**
 * What resources/remote/ports.sh has said, by port. What it cannot be is left out; never throws. A port on several addresses
 * is one, with the address that a browser's request is most likely to reach.
 */
export function parseListening(text: string): FoundPort[] {
  const sockets: { address: string; port: number; inode: string }[] = [];
  const owners = new Map<string, number>();
  const processes = new Map<number, FoundProcess>();
  let current: FoundProcess | null = null;
  let lsofPid = 0;
  let lsofName = '';
  for (const line of text.split('\n')) {
    const kind = line.slice(0, 2);
    const rest = line.slice(2);
    if (kind === 'T ') {
      const [at = '', inode = ''] = rest.split(' ');
      const place = fromKernel(at);
      if (place && sockets.length < mostPorts) sockets.push({ ...place, inode: inode === '0' ? '' : inode });
    } else if (kind === 'I ') {
      const [inode = '', pid = ''] = rest.split(' ');
      if (/^\d{1,10}$/.test(pid) && !owners.has(inode)) owners.set(inode, Number(pid));
    } else if (kind === 'P ') {
      const pid = /^\d{1,10}$/.test(rest) ? Number(rest) : 0;
      current = processes.get(pid) ?? { pid, name: '', command: '', runId: null };
      if (pid > 0) processes.set(pid, current);
    } else if (kind === 'N ' && current) current.name = clean(rest, 64);
    else if (kind === 'C ' && current) current.command = withoutSecrets(clean(rest, 1000));
    else if (kind === 'R ' && current) current.runId = idPattern.test(rest) ? rest : null;
    else if (kind === 'L ') {
      const value = rest.slice(1);
      if (rest.startsWith('p')) {
        lsofPid = /^\d{1,10}$/.test(value) ? Number(value) : 0;
        lsofName = '';
      } else if (rest.startsWith('c')) lsofName = clean(value, 64);
      else if (rest.startsWith('n')) {
        const place = fromText(value, ':');
        if (!place || lsofPid === 0 || sockets.length >= mostPorts) continue;
        const inode = `lsof ${lsofPid}`;
        sockets.push({ ...place, inode });
        owners.set(inode, lsofPid);
        if (!processes.has(lsofPid))
          processes.set(lsofPid, { pid: lsofPid, name: lsofName, command: '', runId: null });
      }
    } else if (kind === 'S ') {
      const place = fromText(rest, '.');
      if (place && sockets.length < mostPorts) sockets.push({ ...place, inode: '' });
    }
  }
  return together(
    sockets.map(({ address, port, inode }) => {
      const process = processes.get(owners.get(inode) ?? 0) ?? null;
      const name = process?.name ?? '';
      const command = process?.command ?? '';
      return {
        port,
        address,
        process: process && { pid: process.pid, name: name || firstWord(command), command },
        guess: guessService(name, command, port),
        runId: process?.runId ?? null,
      };
    }),
  );
}

/** One entry a port: the one that tells most, bound to what is reached most easily. */
function together(found: FoundPort[]): FoundPort[] {
  const byPort = new Map<number, FoundPort>();
  for (const one of found) {
    const other = byPort.get(one.port);
    const known = Number(one.process !== null) - Number(other ? other.process !== null : 0);
    if (!other || known > 0 || (known === 0 && ease(one.address) < ease(other.address)))
      byPort.set(one.port, one);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}

function ease(address: string): number {
  const easy = ['127.0.0.1', '0.0.0.0', '*', '::', '::1'].indexOf(address);
  return easy === -1 ? 9 : easy;
}

/** `0100007F:1F90`, `00000000000000000000000001000000:1F90`: words in the byte order of x86 and ARM. */
function fromKernel(text: string): { address: string; port: number } | null {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/i.exec(text);
  const port = Number.parseInt(match?.[2] ?? '', 16);
  if (!match?.[1] || !isPort(port)) return null;
  const bytes: number[] = [];
  for (let word = 0; word < match[1].length; word += 8)
    for (let at = 6; at >= 0; at -= 2)
      bytes.push(Number.parseInt(match[1].slice(word + at, word + at + 2), 16));
  return { address: bytes.length === 4 ? bytes.join('.') : addressOf(bytes), port };
}

/** IPv6 as people write it; an IPv4 address within one as that. */
function addressOf(bytes: readonly number[]): string {
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255)
    return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  const zeros = [...groups.join(':').matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (!zeros) return groups.join(':');
  const text = groups.join(':');
  const short = `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length)}`;
  return short.replace(/:{3,}/, '::');
}

/** `127.0.0.1:8888`, `[::1]:8888`, `*:8888` of lsof; `127.0.0.1.8888`, `*.8888` of netstat (which also writes `:::8888`). */
function fromText(text: string, separator: ':' | '.'): { address: string; port: number } | null {
  const at = Math.max(text.lastIndexOf(separator), text.lastIndexOf(':'));
  const port = /^\d{1,5}$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : 0;
  const address = text.slice(0, at).replace(/^\[|\]$/g, '');
  if (at < 1 || !isPort(port) || !/^[0-9a-fA-F.:*%a-z]{1,60}$/.test(address)) return null;
  return { address, port };
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;
const clean = (text: string, most: number): string =>
  text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
    .trim()
    .slice(0, most);
/** Many a server takes its token as an argument; that is nothing to be shown. */
const withoutSecrets = (command: string): string =>
  command.replace(/([\w.-]*(?:token|passw(?:or)?d|secret|api[-_]?key)[\w.-]*)([= ]+)(?!-)\S+/gi, '$1$2…');
const firstWord = (command: string): string => (command.split(' ')[0] ?? '').split('/').at(-1) ?? '';
