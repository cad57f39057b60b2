import { lazy, Suspense } from 'react';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Skeleton } from '#renderer/ui/index.ts';
import type { FileEntry, FilePreview } from '#shared/domain/box-file.ts';
import { ArchiveView } from './archive-view.tsx';
import { HexView } from './hex-view.tsx';
import { ImageView } from './image-view.tsx';
import { NotebookView } from './notebook-view.tsx';
import { TableView } from './table-view.tsx';
import { TensorView } from './tensor-view.tsx';

const TextPane = lazy(async () => ({ default: (await import('./text-pane.tsx')).TextPane }));

export interface ViewProps {
  machineId: string;
  path: string;
  entry: FileEntry;
  version: string;
  preview: FilePreview;
  line: number | null;
  /** Reads the file anew. */
  onReload(): void;
}

/** The view for a kind of content. */
export function View(props: ViewProps) {
  const t = useT();
  const { preview } = props;
  switch (preview.kind) {
    case 'text':
      return (
        <Suspense fallback={<Skeleton rows={10} />}>
          <TextPane {...props} preview={preview} />
        </Suspense>
      );
    case 'table':
      return <TableView preview={preview} />;
    case 'image':
      return <ImageView preview={preview} name={props.entry.name} />;
    case 'notebook':
      return <NotebookView preview={preview} />;
    case 'tensors':
      return <TensorView preview={preview} />;
    case 'archive':
      return <ArchiveView preview={preview} />;
    case 'binary':
      return <HexView base64={preview.base64} totalBytes={props.entry.bytes} />;
    case 'empty':
      return (
        <Suspense fallback={<Skeleton rows={4} />}>
          <p className="files__note quiet">{t('files.emptyFile')}</p>
          <TextPane {...props} preview={emptyText} />
        </Suspense>
      );
    case 'none':
      return (
        <p className="files__note">{translateError(preview.why, preview.params, t('files.noPreview'))}</p>
      );
  }
}

const emptyText = {
  kind: 'text',
  text: '',
  language: 'plain',
  cut: false,
  editable: true,
  newline: '\n',
} as const;
