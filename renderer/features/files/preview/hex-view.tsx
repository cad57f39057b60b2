import { useMemo } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatBytes } from '#renderer/ui/index.ts';
import { bytesOf } from './base64.ts';
import { hexLines } from './hex-lines.ts';

const mostLines = 2048;

/** The first bytes of what is nothing else. */
export function HexView({ base64, totalBytes }: { base64: string; totalBytes: number }) {
  const t = useT();
  const bytes = useMemo(() => bytesOf(base64), [base64]);
  const text = useMemo(
    () =>
      hexLines(bytes.subarray(0, mostLines * 16))
        .map(({ offset, hex, text: signs }) => `${offset}  ${hex}  ${signs}`)
        .join('\n'),
    [bytes],
  );
  return (
    <>
      <p className="files__textbar quiet num">
        {t('files.hexOf', {
          shown: formatBytes(Math.min(bytes.length, mostLines * 16)),
          size: formatBytes(totalBytes),
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <pre className="files__hex" tabIndex={0}>
        {text}
      </pre>
    </>
  );
}
