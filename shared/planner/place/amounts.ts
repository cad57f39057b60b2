/** Amounts as sentences say them. */
export const dollarsText = (micros: number): string => {
  const dollars = micros / 1e6;
  const digits = dollars >= 1000 ? 0 : dollars >= 0.1 || dollars === 0 ? 2 : 4;
  return `$${dollars.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`;
};

/** "40 s", "12 min", "3.2 h", "4.1 d". */
export function timeText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${oneDigit(hours)} h` : `${oneDigit(hours / 24)} d`;
}

const gibibyte = 2 ** 30;
export const gibText = (bytes: number): string => oneDigit(bytes / gibibyte);

/** "61–74" or "61". */
export function gibRange(lowBytes: number, highBytes: number): string {
  const [low, high] = [gibText(lowBytes), gibText(highBytes)];
  return low === high ? low : `${low}–${high}`;
}

export const oneDigit = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Math.round(value * 10) / 10);
