import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Box, type BoxShell, startBox } from './sshd.ts';

/** A yard of real sshd boxes whose nvidia-smi is the stand-in: for `npm run lab`, screenshots and the browser tests. */
export interface Yard {
  boxes: Box[];
  /** An ssh_config that reaches them all. */
  configFile: string;
  stop(): Promise<void>;
}

interface BoxPlan {
  name: string;
  shell: BoxShell;
  /** Shell lines for the stand-in's nvidia-smi.conf; null: the box has no GPU. */
  gpus: string | null;
}

const plans: BoxPlan[] = [
  {
    name: 'heron',
    shell: 'bash',
    gpus: "GPUS=8 MODEL='NVIDIA H100 80GB HBM3' MEMORY_MIB=81559 POWER_LIMIT=700.00 UTILISATION='97 96 98 95 62 61 0 0' FOLLOW=1",
  },
  {
    name: 'ibis',
    shell: 'bash',
    gpus: "GPUS=4 MODEL='NVIDIA A100-SXM4-80GB' MEMORY_MIB=81920 POWER_LIMIT=400.00 UTILISATION='88 91 12 0' LOST='3' FOLLOW=1",
  },
  {
    name: 'kite',
    shell: 'zsh',
    gpus: "GPUS=2 MODEL='NVIDIA GeForce RTX 4090' MEMORY_MIB=24564 POWER_LIMIT=450.00 UTILISATION='9 0' FOLLOW=1",
  },
  {
    name: 'wren',
    shell: 'fish',
    gpus: "GPUS=2 MODEL='NVIDIA A100-SXM4-80GB' MEMORY_MIB=81920 MIG='0:1g.10gb 0:2g.20gb' UTILISATION='0 40' FOLLOW=1",
  },
  { name: 'finch', shell: 'dash', gpus: null },
];

/** Starts the first `count` boxes (all of them by default). Without root every box logs in as the own user with its shell. */
export async function startYard({ count = plans.length } = {}): Promise<Yard> {
  const standIn = await readFile(path.join(import.meta.dirname, 'nvidia-smi', 'nvidia-smi'), 'utf8');
  const asRoot = process.getuid?.() === 0;
  const boxes: Box[] = [];
  const stop = async () => {
    await Promise.all(boxes.map((box) => box.stop()));
  };
  try {
    for (const { name, shell, gpus } of plans.slice(0, count)) {
      boxes.push(
        await startBox({
          name,
          ...(asRoot ? { shell } : {}),
          files: gpus === null ? {} : { 'bin/nvidia-smi': standIn, 'bin/nvidia-smi.conf': `${gpus}\n` },
          env: { PATH: gpus === null ? '/usr/bin:/bin' : '%h/bin:/usr/bin:/bin' },
        }),
      );
    }
    const first = boxes[0];
    if (!first) throw new RangeError('a yard has at least one box');
    const configFile = path.join(first.directory, 'yard_config');
    await writeFile(configFile, boxes.map(({ configSnippet }) => configSnippet).join('\n'));
    return { boxes, configFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
