import { useMemo, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatInteger } from '#renderer/ui/index.ts';
import { parseJson } from './json-parse.ts';

/** JSON as a tree that opens where one looks. */
export function JsonTree({ text }: { text: string }) {
  const t = useT();
  const parsed = useMemo(() => parseJson(text), [text]);
  if (!parsed.ok) return <p className="files__note">{t('files.notJson', { why: parsed.why })}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
    <div className="files__tree mono" tabIndex={0}>
      <JsonNode name={null} value={parsed.value} openDepth={2} />
    </div>
  );
}

const portion = 200;
const mostText = 2000;

export function JsonNode({
  name,
  value,
  openDepth,
}: {
  name: string | null;
  value: unknown;
  openDepth: number;
}) {
  const t = useT();
  const [open, setOpen] = useState(openDepth > 0);
  const [shown, setShown] = useState(portion);
  const label = name === null ? null : <span className="files__key">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="files__leaf">
        {label}
        <JsonLeaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const children = isList ? value.map((item, index) => [`${index}`, item] as const) : Object.entries(value);
  return (
    <div>
      <button type="button" className="files__branch" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> {label}
        <span className="quiet num">
          {isList
            ? t('files.jsonList', { count: children.length, n: formatInteger(children.length) })
            : t('files.jsonObject', { count: children.length, n: formatInteger(children.length) })}
        </span>
      </button>
      {open ? (
        <div className="files__children">
          {children.slice(0, shown).map(([key, child]) => (
            <JsonNode key={key} name={key} value={child} openDepth={openDepth - 1} />
          ))}
          {children.length > shown ? (
            <Button small look="quiet" onClick={() => setShown(shown + portion)}>
              {t('files.andMore', { n: formatInteger(children.length - shown) })}
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function JsonLeaf({ value }: { value: unknown }) {
  if (typeof value === 'string')
    return <span className="files__string">{JSON.stringify(value.slice(0, mostText))}</span>;
  return <span className="files__number">{String(value)}</span>;
}
