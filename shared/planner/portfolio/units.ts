/** As shared/domain/money.ts has it; apart, so that the solver's worker need not load zod. */
export const microsPerDollar = 1_000_000;
export const msPerHour = 3_600_000;
export const gramsPerKg = 1000;
