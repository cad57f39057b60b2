import type { ReactNode } from 'react';
import { translateError } from '#renderer/i18n/index.ts';
import { formatInteger } from '#renderer/ui/index.ts';

/** More would only be scrolled past. */
const mostShown = 200;

interface Refused {
  row: number;
  code: string;
  params: Record<string, string | number>;
  message: string;
}

/** What taking a file would change, and which of its rows are refused and why. */
export function ImportReport({
  label,
  about,
  numbers,
  refused,
  refusedCount,
  refusedTitle,
  rowWord,
  moreWord,
}: {
  label?: string;
  about: ReactNode;
  numbers: readonly (readonly [word: string, count: number])[];
  refused: readonly Refused[];
  refusedCount: number;
  refusedTitle?: string;
  /** Of a row's number, and of how many refused ones are not shown. */
  rowWord(n: string): string;
  moreWord(n: string): string;
}) {
  return (
    <section className="import__preview" aria-label={label}>
      <p>{about}</p>
      <dl className="import__numbers">
        {numbers.map(([word, count]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd className="num">{formatInteger(count)}</dd>
          </div>
        ))}
      </dl>
      {refused.length > 0 ? (
        <>
          {refusedTitle === undefined ? null : <h3>{refusedTitle}</h3>}
          <ul className="import__refused">
            {refused.slice(0, mostShown).map(({ row, code, params, message }) => (
              <li key={`${row} ${code}`}>
                <span className="num quiet">{rowWord(formatInteger(row))}</span>
                <span>{translateError(code, params, message)}</span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {refusedCount > mostShown ? (
        <p className="quiet">{moreWord(formatInteger(refusedCount - mostShown))}</p>
      ) : null}
    </section>
  );
}
