import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, type BoxOptions, startBox } from '#test/lab/sshd.ts';
import { trainersDirectory } from '#test/lab/trainers/index.ts';
import { makeTempDirectory } from '#test/temp.ts';

/** A box that runs move between. Everybody, other boxes too, reaches it through a proxy that can cut it off. */
export interface MovingBox extends Box {
  id: string;
  proxy: FaultProxy;
  /** The port at which it is known. */
  reachedAt: number;
  /** What its trainers write down (test/lab/trainers/ledger.py). */
  ledger: string;
}

/** What lies between a box and everybody else, instead of a proxy that can cut it off. */
export type Line = (to: { port: number }) => Promise<Pick<FaultProxy, 'port' | 'stop'>>;

/** What a laptop must know of a yard; goes to a child process as JSON. */
export interface YardAddress {
  boxes: readonly { id: string; name: string }[];
  configFile: string;
  /** A directory with the trainers, to launch runs from. */
  code: string;
}

export interface MovingYard {
  boxes: readonly MovingBox[];
  address: YardAddress;
  directory: string;
  box(id: string): MovingBox;
  stop(): Promise<void>;
}

const letters = ['a', 'b', 'c', 'd'] as const;

/**
 * `count` real sshd boxes, each with an account of its own; their ids are `aaaaaaaaaaaa`, `bbbbbbbbbbbb` … `line`: for benches,
 * another than one that fails, or nothing. Needs root.
 */
export async function movingYard(
  count: 2 | 3,
  { line, ...options }: BoxOptions & { line?: Line | 'none' } = {},
): Promise<MovingYard> {
  const directory = await makeTempDirectory('yard');
  chmodSync(directory, 0o711);
  const gate = path.join(directory, 'gate');
  mkdirSync(gate);
  chmodSync(gate, 0o777); // not sticky: there the kernel refuses to open what another account has made
  const code = path.join(directory, 'code');
  mkdirSync(code);
  for (const name of ['train.py', 'plain.py', 'ledger.py'])
    copyFileSync(path.join(trainersDirectory, name), path.join(code, name));
  const boxes: MovingBox[] = [];
  for (const name of letters.slice(0, count)) boxes.push(await movingBox(name, gate, line, options));
  const configFile = path.join(directory, 'ssh_config');
  const knownHosts = path.join(directory, 'known_hosts');
  writeFileSync(knownHosts, boxes.map(knownBy).join(''));
  writeFileSync(configFile, boxes.map((box) => entryOf(box, knownHosts)).join('\n'), { mode: 0o600 });
  return {
    boxes,
    address: { boxes: boxes.map(({ id, name }) => ({ id, name })), configFile, code },
    directory,
    box: (id) => {
      const found = boxes.find((box) => box.id === id);
      if (found === undefined) throw new Error(`no box ${id}`);
      return found;
    },
    stop: async () => {
      await Promise.all(boxes.map((box) => box.stop()));
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function movingBox(
  name: string,
  gate: string,
  line: Line | 'none' | undefined,
  options: BoxOptions,
): Promise<MovingBox> {
  const box = await startBox({
    ...options,
    name,
    config: ['AuthorizedKeysFile %h/../authorized_keys %h/.ssh/authorized_keys'],
    env: { LAB_HOST: name, LAB_LEDGER: '%h/ledger', LAB_GATE: gate, TY_BEAT: '1', ...options.env },
  });
  const proxy = await startProxy({ to: { port: box.port } });
  const other = typeof line === 'function' ? await line({ port: box.port }) : null;
  return {
    ...box,
    id: name.repeat(12),
    proxy,
    reachedAt: line === 'none' ? box.port : (other ?? proxy).port,
    ledger: path.join(box.home, 'ledger'),
    stop: async () => {
      await Promise.all([proxy.stop(), other?.stop()]);
      await box.stop();
    },
  };
}

/** The host key as it is known under the port at which it is reached. */
const knownBy = (box: MovingBox): string =>
  readFileSync(box.knownHostsFile, 'utf8').replaceAll(
    `[127.0.0.1]:${box.port} `,
    `[127.0.0.1]:${box.reachedAt} `,
  );

const entryOf = (box: MovingBox, knownHosts: string): string =>
  box.configSnippet
    .replace(`Port ${box.port}\n`, `Port ${box.reachedAt}\n`)
    .replace(/UserKnownHostsFile .*\n/, `UserKnownHostsFile ${knownHosts}\n`);

/** A file in a box's home, its account's own. */
export function put(box: Box, name: string, text: string): void {
  const file = path.join(box.home, name);
  writeFileSync(file, text);
  spawnSync('chown', [`--reference=${box.home}`, file]);
}

export const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
