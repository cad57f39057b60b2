/** The least time that is billed, and in what steps it grows. */
export interface Billing {
  leastMs: number;
  stepMs: number;
}

const second = 1000;
const minute = 60_000;

/**
 * As providers say on their pricing pages (2026-11): AWS, Azure and Google bill machines by the second, AWS and Google at
 * least a minute. What others do is taken as whole minutes, as Lambda and RunPod do.
 */
const bySecond: Readonly<Record<string, Billing>> = {
  aws: { leastMs: minute, stepMs: second },
  gcp: { leastMs: minute, stepMs: second },
  azure: { leastMs: second, stepMs: second },
};
const byMinute: Billing = { leastMs: minute, stepMs: minute };
/** Of one's own machines every moment counts as it is. */
export const ownBilling: Billing = { leastMs: 0, stepMs: 1 };

export const billingOf = (provider: string): Billing => bySecond[provider] ?? byMinute;

/** Time that is paid for a time of use. */
export const billedMs = (ms: number, { leastMs, stepMs }: Billing): number =>
  ms <= 0 ? 0 : Math.max(leastMs, Math.ceil(ms / stepMs) * stepMs);
