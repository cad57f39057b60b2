import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { onTestFinished } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { type CopiesOptions, CopyService, KeyJournal } from '#backend/copies/index.ts';
import { localPrograms, type RunningProgram, type RunsPrograms } from '#backend/processes/index.ts';
import type { MachineAccess, MachineReach } from '#backend/sites/index.ts';
import { createSshPool, programsOn } from '#backend/ssh/index.ts';
import { openStore } from '#backend/store/index.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, type BoxShell, startBox, writeSshConfig } from '#test/lab/sshd.ts';
import { silentLog, tempStore } from '#test/temp-store.ts';

/** Machines by id, each a way to get its programs. */
export type Machines = Record<string, (signal?: AbortSignal) => Promise<RunsPrograms>>;

export function accessTo(machines: Machines): MachineAccess {
  return {
    programs: (id, options = {}) => {
      const programs = machines[id];
      if (programs === undefined) throw new Error(`no machine ${id}`);
      return programs(options.signal);
    },
    isConnected: () => true,
    onConnected: () => () => undefined,
    onDisconnected: () => () => undefined,
  };
}

export async function copiesBetween(
  machines: Machines,
  options: Partial<CopiesOptions> = {},
): Promise<CopyService> {
  const journal = options.journal ?? new KeyJournal(await tempStore(), systemClock);
  return new CopyService({
    access: accessTo(machines),
    reach: { reach: () => Promise.resolve(null) },
    journal,
    machine: (id) => ({ id, name: id }),
    clock: systemClock,
    client: 'test',
    ...options,
  });
}

/** This computer's programs, ended with the test. `env` may hide tools. */
export function localMachine(env?: NodeJS.ProcessEnv, shell?: string): () => Promise<RunsPrograms> {
  const programs = localPrograms({
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    ...(shell === undefined ? {} : { shell }),
  });
  onTestFinished(() => programs.close());
  return () => Promise.resolve(programs);
}

/** What a test does to a machine's programs. Each is told the words that a script is called with. */
export interface Meddling {
  /** Before a program starts; what it throws is the program's failure. */
  before?(words: readonly string[]): void | Promise<void>;
  /** What is written to the program, piece by piece. */
  writing?(words: readonly string[], chunk: Buffer, program: RunningProgram): Buffer;
  /** What a program that has ended has said. */
  said?(words: readonly string[], stdout: Buffer): Buffer;
}

export function meddled(machine: Machines[string], { before, writing, said }: Meddling): Machines[string] {
  return async (signal) => {
    const programs = await machine(signal);
    return {
      exec: async (command, options) => {
        const words = command.args ?? [];
        await before?.(words);
        const result = await programs.exec(command, options);
        return said === undefined ? result : { ...result, stdout: said(words, result.stdout) };
      },
      spawn: async (command, options) => {
        const words = command.args ?? [];
        const aborted = Promise.withResolvers<never>();
        options?.signal?.addEventListener('abort', () => aborted.reject(options.signal?.reason));
        aborted.promise.catch(() => undefined);
        await Promise.race([before?.(words), aborted.promise]);
        const program = await programs.spawn(command, options);
        if (writing === undefined) return program;
        const stdin = new Transform({
          transform: (chunk: Buffer, _encoding, done) => done(null, writing(words, chunk, program)),
        });
        stdin.on('error', () => undefined);
        stdin.pipe(program.stdin);
        return { ...program, stdin };
      },
    };
  };
}

/** A bit of everything that names and files can be. */
export function plantTree(directory: string): void {
  const write = (name: string | Buffer, content: string | Buffer, mode = 0o644) => {
    const file = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name)]);
    writeFileSync(file, content, { mode });
  };
  mkdirSync(path.join(directory, 'deep/er/still'), { recursive: true });
  mkdirSync(path.join(directory, 'empty'));
  mkdirSync(path.join(directory, '-dash dir'));
  write('plain.txt', 'plain');
  write('empty file', '');
  write('it\'s "quoted" $(touch x)', 'quotes');
  write('new\nline', 'newline');
  write('back\\slash', 'backslash');
  write('-rf', 'a dash');
  write('-dash dir/--help', 'dashes');
  write('emoji 🚂', 'train');
  write(Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0x62]), 'no UTF-8');
  write('run.sh', '#!/bin/sh\n', 0o755);
  write('secret', 'mine', 0o600);
  write('deep/er/still/file', 'deep');
  write('large', Buffer.alloc(20_000_003, 'abcdefg'));
  symlinkSync('plain.txt', path.join(directory, 'link'));
  symlinkSync('/etc', path.join(directory, 'deep/out'));
  symlinkSync('loop', path.join(directory, 'loop'));
  symlinkSync(`${'long/'.repeat(40)}end`, path.join(directory, 'long link'));
  chmodSync(path.join(directory, 'empty'), 0o750);
}

/** Empty when both trees are the same: names, kinds, contents, modes, times to the second, links' targets. */
export function differences(a: string, b: string): string {
  const list = (place: string) =>
    spawnSync(
      'sh',
      [
        '-c',
        'cd "$1" && find . -mindepth 1 ! -type l -printf "%y %m %Ts %p\\0"; find . -type l -printf "l %p %l\\0"',
        'sh',
        place,
      ],
      { encoding: 'latin1' },
    )
      .stdout.split('\0')
      .sort()
      .join('\n');
  const contents = spawnSync('diff', ['-r', '--no-dereference', a, b], { encoding: 'utf8' }).stdout;
  const [one, other] = [list(a), list(b)];
  return contents + (one === other ? '' : `${one}\n--\n${other}`);
}

/** Two boxes that let in who is in ~/.ssh/authorized_keys too, as sshd does by itself. */
export interface TwoBoxes {
  one: Box;
  two: Box;
  machines: Machines;
  copies: CopyService;
  /** The system's own ssh, as the app would open it. */
  lane: NonNullable<MachineReach['lane']>;
  journal: KeyJournal;
  configFile: string;
  /** The line to the second box, where it can fail. */
  proxy: FaultProxy | null;
  /** Where the second box is reached: at the near end of its line, where there is one. */
  portOfTwo: number;
  stop(): Promise<void>;
}

export async function twoBoxes(
  options: {
    shells?: [BoxShell, BoxShell];
    /** The second box is behind a line that can fail. */
    faults?: boolean;
    /** It is behind this one. */
    line?: (to: { port: number }) => Promise<Pick<FaultProxy, 'port' | 'stop'>>;
  } = {},
): Promise<TwoBoxes> {
  const boxes: Box[] = [];
  for (const [index, name] of ['one', 'two'].entries()) {
    boxes.push(
      await startBox({
        name,
        shell: options.shells?.[index] ?? 'bash',
        config: [
          'AuthorizedKeysFile %h/../authorized_keys %h/.ssh/authorized_keys',
          'Subsystem sftp internal-sftp',
        ],
      }),
    );
  }
  const [one, two] = boxes;
  if (one === undefined || two === undefined) throw new Error('two boxes');
  const proxy = options.faults === true ? await startProxy({ to: { port: two.port } }) : null;
  const line = (await options.line?.({ port: two.port })) ?? proxy;
  const configFile = await writeSshConfig(one.directory, boxes);
  if (line !== null) {
    // The second box is behind a line that can fail; it is known by the name that it has without it.
    const plain = readFileSync(configFile, 'utf8');
    const [first = '', second = ''] = [
      plain.slice(0, plain.indexOf('Host two')),
      plain.slice(plain.indexOf('Host two')),
    ];
    const there = second.replace(/Port \d+/, `Port ${line.port}\n  HostKeyAlias [127.0.0.1]:${two.port}`);
    writeFileSync(configFile, `${first}${there}`);
  }
  const pool = createSshPool({
    prompter: { ask: () => Promise.reject(new Error('nobody is there')) },
  });
  const store = openStore({ file: path.join(one.directory, 'store.db'), clock: systemClock, log: silentLog });
  const journal = new KeyJournal(store, systemClock);
  const target = (host: string) => ({ host, configFile });
  const machine =
    (name: string): Machines[string] =>
    async (signal) => {
      const connection = await pool.connection(target(name), signal === undefined ? {} : { signal });
      return programsOn(connection, pool, target(name));
    };
  const machines: Machines = { one: machine('one'), two: machine('two') };
  const lane: TwoBoxes['lane'] = (id, how) => pool.lane(target(id), how);
  const copies = await copiesBetween(machines, {
    journal,
    reach: {
      reach: (id) => pool.reach(target(id)),
      lane,
    },
  });
  return {
    one,
    two,
    machines,
    copies,
    lane,
    journal,
    configFile,
    proxy,
    portOfTwo: line?.port ?? two.port,
    stop: async () => {
      await copies.close();
      await pool.close();
      await line?.stop();
      store.close();
      await Promise.all(boxes.map((box) => box.stop()));
    },
  };
}

/** What the test has made in a box's home becomes its account's. */
export function own(box: Box, directory: string): void {
  spawnSync('chown', ['-Rh', `--reference=${box.home}`, directory]);
}
