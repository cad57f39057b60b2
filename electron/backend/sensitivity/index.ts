/** What may go where: labels of data, what sites may hold, the check of every launch, and what ran where. */
export { Sensitivity, type SensitivityOptions } from './sensitivity.ts';
