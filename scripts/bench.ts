/**
 * `npm run bench [-- name …] [--json FILE]`: each bench of test/bench measures us and a peer in the same run and prints
 * medians and their ratio. Exit code 1 where something is not reached. Speed is judged here, never in the tests.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench, BenchRow } from '#test/bench/row.ts';
import { buildAll } from './build.ts';
import { root } from './tools.ts';

const args = process.argv.slice(2);
const jsonAt = args.indexOf('--json');
const jsonFile = jsonAt >= 0 ? args[jsonAt + 1] : undefined;
if (jsonAt >= 0 && !jsonFile) fail('--json needs a file name');
const wanted = args.filter(
  (argument, index) => !argument.startsWith('--') && !(jsonAt >= 0 && index === jsonAt + 1),
);

function fail(sentence: string): never {
  console.error(`trainyard: ${sentence}`);
  process.exit(2);
}

const directory = path.join(root, 'test', 'bench');
const benches: Bench[] = [];
for (const file of readdirSync(directory)
  .filter((name) => name.endsWith('.bench.ts'))
  .sort()) {
  benches.push(((await import(pathToFileURL(path.join(directory, file)).href)) as { bench: Bench }).bench);
}
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0)
  fail(
    `there is no bench called ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}`,
  );

await buildAll();
const rows: BenchRow[] = [];
for (const bench of benches) {
  if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
  const missing = bench.missing();
  if (missing) {
    console.log(`${bench.name}: not measured, for want of ${missing}`);
    continue;
  }
  console.log(`${bench.name}: ${bench.about} …`);
  rows.push(...(await bench.run()));
}

const format = (value: number | null) => (value === null ? '–' : String(value));
const lines = [
  ['name', 'measure', 'unit', 'ours', 'peer', 'ratio', 'reach', ''],
  ...rows.map((row) => [
    row.name,
    row.measure,
    row.unit,
    format(row.ours),
    format(row.peer),
    row.ratio === null ? '–' : `${row.ratio}×`,
    `${row.peer === null ? (row.lowerIsBetter ? '≤ ' : '≥ ') : '≥ '}${row.reach}${row.peer === null ? '' : '×'}`,
    row.pass ? 'reached' : 'MISSED',
  ]),
];
const widths = (lines[0] ?? []).map((_, column) =>
  Math.max(...lines.map((line) => line[column]?.length ?? 0)),
);
console.log();
for (const line of lines)
  console.log(
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
if (jsonFile) writeFileSync(path.resolve(jsonFile), `${JSON.stringify(rows, null, 2)}\n`);
process.exit(rows.every(({ pass }) => pass) ? 0 : 1);
