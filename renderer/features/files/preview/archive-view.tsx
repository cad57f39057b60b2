import { useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatInteger, Input } from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { showName } from '../box-path.ts';

const mostShown = 2000;

/** The names in an archive. */
export function ArchiveView({ preview }: { preview: Extract<FilePreview, { kind: 'archive' }> }) {
  const t = useT();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const names = preview.names.filter((name) => name.toLowerCase().includes(wanted));
  return (
    <>
      <div className="files__textbar">
        <span className="quiet num">
          {t(preview.cut ? 'files.archiveCut' : 'files.archive', {
            format: preview.format,
            n: formatInteger(preview.names.length),
          })}
        </span>
        <Input
          type="search"
          className="input--small files__filter"
          aria-label={t('files.filterNames')}
          placeholder={t('files.filterNames')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <ul className="files__names mono" tabIndex={0} aria-label={t('files.filterNames')}>
        {names.slice(0, mostShown).map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an archive may hold a name twice
          <li key={index}>{showName(name)}</li>
        ))}
        {names.length > mostShown ? (
          <li className="quiet">{t('files.andMore', { n: formatInteger(names.length - mostShown) })}</li>
        ) : null}
      </ul>
    </>
  );
}
