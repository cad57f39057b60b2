import { useMemo, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { type Column, VirtualTable } from '#renderer/ui/index.ts';
import { showName } from '../box-path.ts';
import { type JsonLine, jsonLines, parseJson } from './json-parse.ts';
import { JsonNode } from './json-tree.tsx';

/** A JSONL as rows; the one that is chosen is shown as a tree below. */
export function JsonLines({ text, cut }: { text: string; cut: boolean }) {
  const t = useT();
  const lines = useMemo(() => jsonLines(text, cut), [text, cut]);
  const [chosen, setChosen] = useState<JsonLine | null>(null);
  const parsed = chosen ? parseJson(chosen.text) : null;
  const columns: Column<JsonLine>[] = [
    {
      key: '#',
      title: '#',
      width: 60,
      align: 'right',
      cell: ({ number }) => <span className="quiet num">{number}</span>,
    },
    {
      key: 'text',
      title: t('files.lookLines'),
      width: 200,
      grows: true,
      cell: (line) => <span className="clip mono">{showName(line.text.slice(0, 400))}</span>,
    },
  ];
  return (
    <>
      <VirtualTable<JsonLine>
        id="files-jsonl"
        label={t('files.lookLines')}
        columns={columns}
        total={lines.length}
        rowAt={(index) => lines[index]}
        idOf={({ number }) => `${number}`}
        nameOf={({ number }) => `${number}`}
        revision={lines}
        list={lines}
        onOpen={setChosen}
        onCursor={(line) => {
          if (line) setChosen(line);
        }}
      />
      {parsed ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
        <div className="files__tree files__tree--half mono" tabIndex={0}>
          {parsed.ok ? (
            <JsonNode key={chosen?.number} name={null} value={parsed.value} openDepth={2} />
          ) : (
            <p>{t('files.notJson', { why: parsed.why })}</p>
          )}
        </div>
      ) : null}
    </>
  );
}
