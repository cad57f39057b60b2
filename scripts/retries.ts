import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/** A vitest reporter that notes each test which passed only at a second try, with its first failure. */
export default class Retries implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const diagnostic = test.diagnostic();
    const file = process.env.TRAINYARD_RETRIES_FILE;
    if (!file || !diagnostic || diagnostic.retryCount === 0 || test.result().state !== 'passed') return;
    const first = test.result().errors?.[0]?.message.split('\n')[0] ?? 'no message';
    appendFileSync(
      file,
      `${test.module.moduleId.replace(`${process.cwd()}/`, '')}: ${test.fullName}: ${first}\n`,
    );
  }
}
