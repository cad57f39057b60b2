import { useMemo, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import {
  type Column,
  compareNames,
  formatBytes,
  formatInteger,
  Input,
  VirtualTable,
} from '#renderer/ui/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';
import { showName } from '../box-path.ts';
import { parametersOf, shortCount } from './tensor-words.ts';

type Tensors = Extract<FilePreview, { kind: 'tensors' }>;
type Tensor = Tensors['tensors'][number];
type SortKey = 'name' | 'dtype' | 'parameters' | 'bytes';

const orders: Record<SortKey, (a: Tensor, b: Tensor) => number> = {
  name: (a, b) => compareNames(a.name, b.name),
  dtype: (a, b) => compareNames(a.dtype, b.dtype),
  parameters: (a, b) => parametersOf(a) - parametersOf(b),
  bytes: (a, b) => a.bytes - b.bytes,
};

/** What a checkpoint holds: each tensor with its type, shape and size, searched and sorted here. */
export function TensorView({ preview }: { preview: Tensors }) {
  const t = useT();
  const [text, setText] = useState('');
  const [sort, setSort] = useState<{ key: SortKey; descending: boolean } | null>(null);
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const found = preview.tensors.filter(({ name, dtype }) =>
      `${name} ${dtype}`.toLowerCase().includes(wanted),
    );
    if (sort === null) return found;
    found.sort(orders[sort.key]);
    return sort.descending ? found.reverse() : found;
  }, [preview, text, sort]);
  const columns: Column<Tensor>[] = [
    {
      key: 'name',
      title: t('files.tensor'),
      width: 120,
      grows: true,
      sortKey: 'name',
      cell: ({ name }) => (
        <span className="clip mono" title={showName(name)}>
          {showName(name)}
        </span>
      ),
    },
    {
      key: 'dtype',
      title: t('files.dtype'),
      width: 60,
      sortKey: 'dtype',
      cell: ({ dtype }) => <span className="mono soft">{showName(dtype)}</span>,
    },
    {
      key: 'shape',
      title: t('files.shape'),
      width: 108,
      align: 'right',
      cell: ({ shape }) => <span className="num">{shape.length === 0 ? '[]' : shape.join(' × ')}</span>,
    },
    {
      key: 'parameters',
      title: t('files.parameters'),
      width: 92,
      align: 'right',
      sortKey: 'parameters',
      drop: 1,
      cell: (tensor) => <span className="num soft">{shortCount(parametersOf(tensor))}</span>,
    },
    {
      key: 'bytes',
      title: t('files.size'),
      width: 76,
      align: 'right',
      sortKey: 'bytes',
      cell: ({ bytes }) => <span className="num soft">{formatBytes(bytes)}</span>,
    },
  ];
  const metadata = Object.entries(preview.metadata);
  return (
    <>
      <div className="files__textbar">
        <span className="num">
          {t('files.tensorsOf', {
            format: preview.format,
            count: preview.total,
            n: formatInteger(preview.total),
            parameters: shortCount(preview.parameters),
          })}
        </span>
        <Input
          type="search"
          className="input--small files__filter"
          aria-label={t('files.searchTensors')}
          placeholder={t('files.searchTensors')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {preview.total > preview.tensors.length ? (
        <p className="files__note quiet num">
          {t('files.tensorsCut', {
            n: formatInteger(preview.tensors.length),
            total: formatInteger(preview.total),
          })}
        </p>
      ) : null}
      {metadata.length > 0 ? (
        <details className="files__metadata">
          <summary>{t('files.metadata', { count: metadata.length })}</summary>
          <dl className="facts">
            {metadata.slice(0, 200).map(([key, value]) => (
              <div key={key} className="facts__row">
                <dt className="mono">{showName(key)}</dt>
                <dd className="mono">{showName(value.slice(0, 2000))}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
      <VirtualTable<Tensor>
        id="files-tensors"
        label={t('files.tensors')}
        columns={columns}
        total={rows.length}
        rowAt={(index) => rows[index]}
        idOf={({ name }) => name}
        nameOf={({ name }) => showName(name)}
        revision={rows}
        list={`${text} ${sort?.key} ${sort?.descending}`}
        {...(sort ? { sort } : {})}
        onSort={(key) =>
          setSort((before) => ({
            key: key as SortKey,
            descending: before?.key === key && !before.descending,
          }))
        }
        onOpen={() => undefined}
      />
    </>
  );
}
