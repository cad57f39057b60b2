import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { build as bundle } from 'esbuild';
import { Shipped } from '#backend/catalog/shipped.ts';
import { resourcesDirectory } from '#backend/resources.ts';
import {
  awsHead,
  awsLine,
  awsOtherLines,
  sendJson,
  spotAdvisor,
  startPriceServer,
} from '#test/lab/price-apis.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { type Bench, within } from './row.ts';

const run = promisify(execFile);
const region = 'us-east-1';
/** What a large region's file has. */
const megabytes = Number(process.env.TRAINYARD_BENCH_REFRESH_MB ?? 450);
const turns = 3;

/** What is read of it: all machines that the catalogue knows of there. */
const known = new Shipped(path.join(resourcesDirectory, 'catalog')).sources.flatMap(({ offers }) =>
  offers.filter(
    (offer) => offer.provider === 'aws' && offer.region === region && offer.onDemandMicrosPerHour !== null,
  ),
);
const types = [...new Map(known.map((offer) => [offer.instanceType, offer])).values()];
/** As many kinds of machines as AWS has beside them. */
const sizes = [
  'large',
  'xlarge',
  '2xlarge',
  '4xlarge',
  '8xlarge',
  '12xlarge',
  '16xlarge',
  '24xlarge',
  'metal',
];
const others = Array.from({ length: 90 }, (_none, family) =>
  sizes.map((size) => `m${family}i.${size}`),
).flat();

/** A price file in AWS's schema, made while it is sent. */
async function sendPrices(response: ServerResponse): Promise<number> {
  let sent = 0;
  const send = async (text: string) => {
    sent += text.length;
    if (!response.write(text)) await once(response, 'drain');
  };
  await send(awsHead());
  const machines = types.map(({ instanceType, onDemandMicrosPerHour }) =>
    awsLine(region, instanceType, ((onDemandMicrosPerHour ?? 0) / 1e6).toFixed(10)),
  );
  const block = others.map((type) => awsOtherLines(region, type)).join('');
  // As on-demand lines of machines without accelerators are: read, and not kept.
  const plain = others.map((type) => awsLine(region, type, '0.5000000000', { GPU: '' })).join('');
  await send(plain);
  while (sent < megabytes * 1e6) {
    for (let at = 0; at < block.length; at += 65_536) await send(block.slice(at, at + 65_536));
    const machine = machines.pop();
    if (machine) await send(machine);
  }
  response.end(machines.join(''));
  return sent;
}

/** As the app itself is built: Node needs some 50 MB for reading TypeScript alone. */
async function bundleChild(): Promise<string> {
  const outfile = path.join(import.meta.dirname, '..', '..', 'dist', 'bench', 'refresh-child.js');
  await bundle({
    entryPoints: [path.join(import.meta.dirname, 'refresh-child.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['better-sqlite3'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}

export const bench: Bench = {
  name: 'refresh',
  about: `one AWS region's price file of ${megabytes} MB, read while it comes, in a process of its own`,
  missing: () => null,
  async run() {
    const advice = Object.fromEntries(
      [...types.map(({ instanceType }) => instanceType), ...others].map((type) => [type, { s: 60, r: 2 }]),
    );
    const regions = Object.fromEntries(
      Array.from({ length: 30 }, (_none, place) => [`region-${place}`, advice]),
    );
    const server = await startPriceServer(async (request, response) => {
      if (request.url?.endsWith('.json')) sendJson(response, spotAdvisor({ ...regions, [region]: advice }));
      else await sendPrices(response);
    });
    const memory: number[] = [];
    const program = await bundleChild();
    try {
      for (let turn = 0; turn < turns; turn += 1) {
        const directory = await makeTempDirectory('bench-refresh');
        try {
          const began = performance.now();
          const { stdout } = await run(process.execPath, [program, directory, server.url, region]);
          const told = JSON.parse(stdout) as { ended: unknown; offers: number; before: number; peak: number };
          if (told.ended !== 'done' || told.offers !== types.length)
            throw new Error(`the refresh ended otherwise: ${stdout}`);
          memory.push(told.peak / 2 ** 20);
          console.log(
            `refresh: ${Math.round((performance.now() - began) / 100) / 10} s; before it began the process had ${Math.round(told.before / 2 ** 20)} MB`,
          );
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }
    } finally {
      await server.close();
    }
    return [
      within(
        { name: 'refresh', measure: 'peak resident memory', unit: 'MB', reach: 120, lowerIsBetter: true },
        memory,
      ),
    ];
  },
};
