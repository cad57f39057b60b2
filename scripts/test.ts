/**
 * `npm test [-- FILTER …]`: sets up what the tests use, builds, runs every project and ends with one line
 * `N passed, N failed, N skipped`, each skip explained. Exit code 0 only where something ran and nothing failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildAll } from './build.ts';
import { installTestPackages } from './debian.ts';
import { runTool } from './tools.ts';

interface JsonReport {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[];
  }[];
}

const filters = process.argv.slice(2);
const scratch = mkdtempSync(path.join(tmpdir(), 'trainyard-npm-test-'));
const reportFile = path.join(scratch, 'report.json');
const skipsFile = path.join(scratch, 'skips.tsv');
const retriesFile = path.join(scratch, 'retries.tsv');

const advice = installTestPackages();
if (advice) console.log(advice);
await buildAll();

const lintCode = filters.length > 0 ? 0 : await runTool('biome', ['check', '--error-on-warnings', '.']);
const typesCode = filters.length > 0 ? 0 : await runTool('tsc', ['-p', '.']);
const env = {
  ...process.env,
  TRAINYARD_SKIPS_FILE: skipsFile,
  TRAINYARD_RETRIES_FILE: retriesFile,
  FORCE_COLOR: process.env.FORCE_COLOR ?? '0',
};
await runTool(
  'vitest',
  [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    '--reporter=./scripts/retries.ts',
    ...filters,
  ],
  env,
);

const count = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
if (existsSync(reportFile)) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JsonReport;
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') {
        count.failed += 1;
        failures.push(`${path.relative(process.cwd(), file.name)}: ${test.fullName}`);
      } else count.skipped += 1;
    }
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed')) {
      count.failed += 1;
      failures.push(`${path.relative(process.cwd(), file.name)}: the file itself failed. ${file.message}`);
    }
  }
} else {
  count.failed += 1;
  failures.push('the test runner ended without a report');
}
for (const [code, name] of [
  [lintCode, 'style (npm run lint)'],
  [typesCode, 'types (npm run lint)'],
] as const) {
  if (filters.length > 0) continue;
  if (code === 0) count.passed += 1;
  else {
    count.failed += 1;
    failures.push(name);
  }
}

const lines = (file: string) =>
  existsSync(file) ? [...new Set(readFileSync(file, 'utf8').trim().split('\n'))].filter(Boolean) : [];
const retried = lines(retriesFile);
if (retried.length > 0) {
  console.log('\nNeeded a second try:');
  for (const line of retried) console.log(`  ${line}`);
}
const reasons = lines(skipsFile);
if (reasons.length > 0) {
  console.log('\nSkipped, for want of:');
  for (const line of reasons) console.log(`  ${line.replace('\t', ': ')}`);
}
if (failures.length > 0) {
  console.log('\nFailed:');
  for (const failure of failures) console.log(`  ${failure}`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1);
