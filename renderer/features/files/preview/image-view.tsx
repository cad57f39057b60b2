import { useEffect, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatInteger, Segments } from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { showName } from '../box-path.ts';
import { bytesOf } from './base64.ts';

/** A picture, made to fit or as large as it is, on a ground that shows what is transparent. */
export function ImageView({
  preview,
  name,
}: {
  preview: Extract<FilePreview, { kind: 'image' }>;
  name: string;
}) {
  const t = useT();
  const [size, setSize] = useState<'fit' | 'actual'>('fit');
  const [damaged, setDamaged] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(preview.base64)], { type: preview.mime }));
    setAddress(made);
    setDamaged(false);
    return () => URL.revokeObjectURL(made);
  }, [preview]);
  return (
    <>
      <div className="files__textbar">
        <Segments<'fit' | 'actual'>
          label={t('files.imageSize')}
          value={size}
          options={[
            { value: 'fit', label: t('files.imageFit') },
            { value: 'actual', label: t('files.imageActual') },
          ]}
          onValue={setSize}
        />
        <span className="quiet num">
          {preview.width !== null && preview.height !== null
            ? `${formatInteger(preview.width)} × ${formatInteger(preview.height)}`
            : preview.mime}
        </span>
      </div>
      {damaged ? <p className="files__note">{t('files.damagedImage')}</p> : null}
      {address && !damaged ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
        <div className={`files__image files__image--${size}`} tabIndex={0}>
          <img src={address} alt={showName(name)} onError={() => setDamaged(true)} />
        </div>
      ) : null}
    </>
  );
}
