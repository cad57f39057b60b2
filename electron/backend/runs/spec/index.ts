/** The specification of a run: SkyPilot task YAML plus `checkpoint:`, checked and made uniform. No network, no files. */
export { acceleratorMemoryGiB, acceleratorNames, canonicalAccelerator } from './accelerator-names.ts';
export { type CheckOptions, checkTasks } from './check.ts';
export {
  acceleratorCount,
  acceleratorsAsked,
  describeRecovery,
  describeRequests,
  describeResources,
} from './describe.ts';
export { type RunPlace, runEnvironment } from './environment.ts';
export { type TakenSecrets, takeInlineSecrets } from './inline-secrets.ts';
export { recoveryDefaults } from './recovery.ts';
export { renderTask, type TaskForm } from './render.ts';
export { setupKey } from './setup-key.ts';
