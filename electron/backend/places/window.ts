import type { MachinePolicy } from '#shared/domain/recovery.ts';

export const minutesOfDay = 24 * 60;

/** "20:30" → 1230. */
const minuteOf = (text: string): number => {
  const [hours = '0', minutes = '0'] = text.split(':');
  return (Number(hours) * 60 + Number(minutes)) % minutesOfDay;
};

/**
 * Minutes until a machine's window closes, at a minute of the local day; 0: it is closed; null: it never closes. A window
 * may go over midnight; one that begins and ends at the same minute is always open.
 */
export function minutesLeft(window: MachinePolicy['window'], minuteNow: number): number | null {
  if (window === null) return null;
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  if (from === to) return null;
  const length = (to - from + minutesOfDay) % minutesOfDay;
  const since = (minuteNow - from + minutesOfDay) % minutesOfDay;
  return since < length ? length - since : 0;
}

/** The minute of the day by this computer's time zone. */
export const localMinute = (at: number): number => {
  const date = new Date(at);
  return date.getHours() * 60 + date.getMinutes();
};
