import { formatWhen } from '#renderer/ui/index.ts';

export const isMidnight = (at: number): boolean => {
  const date = new Date(at);
  return date.getHours() === 0 && date.getMinutes() === 0;
};

/** The day without its clock; the year is said where another one begins. */
export const formatDay = (at: number): string => formatWhen(at, at - 1).replace(/,?\s*\d\d:\d\d$/, '');
