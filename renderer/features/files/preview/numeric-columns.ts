const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));

/** Columns of numbers are set to the right, by what their first rows hold. */
export function numericColumns(columns: number, rows: readonly (readonly string[])[]): boolean[] {
  const some = rows.slice(0, 50);
  return Array.from({ length: columns }, (_, index) => {
    const filled = some.map((row) => row[index] ?? '').filter((cell) => cell !== '');
    return filled.length > 0 && filled.every(isNumber);
  });
}
