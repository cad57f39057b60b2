import { formatValue } from '#renderer/ui/index.ts';

/** GPU hours: to a tenth below a hundred, whole above. */
export const formatHours = (hours: number): string =>
  formatValue(hours >= 100 ? Math.round(hours) : Math.round(hours * 10) / 10);
