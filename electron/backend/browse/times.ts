/** A time as `touch -d @…` and as `touch -t` in UTC take it. `at`: epoch ms. */
export function timeWords(at: number): [string, string] {
  const time = Number.isFinite(at) ? Math.min(Math.max(at, 0), 253_402_300_799_000) : 0;
  const seconds = (Math.floor(time) / 1000).toFixed(3);
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(new Date(time).toISOString()) ?? [];
  return [seconds, `${year}${month}${day}${hour}${minute}.${second}`];
}
