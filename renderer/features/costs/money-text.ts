/** An amount as it is typed, in a currency of which a dollar is `perDollar`: "1500" or "0.2". */
export function moneyText(micros: number, perDollar: number): string {
  const amount = (micros / 1e6) * perDollar;
  return String(Number(amount.toPrecision(12)));
}

/** What was typed, as micro-dollars; null where it is no amount. A comma may stand for the point where it is the only one. */
export function readMoney(text: string, perDollar: number): number | null {
  const plain = text.trim().replace(/\s|'/g, '');
  const pointed = /^\d+,\d{1,2}$/.test(plain) ? plain.replace(',', '.') : plain.replace(/,(?=\d{3})/g, '');
  if (!/^\d+(\.\d+)?$|^\.\d+$/.test(pointed)) return null;
  const micros = Math.round((Number(pointed) / perDollar) * 1e6);
  return Number.isSafeInteger(micros) ? micros : null;
}
