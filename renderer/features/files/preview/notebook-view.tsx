import { useT } from '#renderer/i18n/index.ts';
import type { FilePreview } from '#shared/domain/box-file.ts';

type Notebook = Extract<FilePreview, { kind: 'notebook' }>;
type Output = Notebook['cells'][number]['outputs'][number];

/** A notebook as it was saved: text and pictures. Nothing in it is run, and its HTML is left out. */
export function NotebookView({ preview }: { preview: Notebook }) {
  const t = useT();
  return (
    <>
      <p className="files__textbar quiet num">
        {t(preview.cut ? 'files.notebookCut' : 'files.notebook', {
          count: preview.cells.length,
          language: preview.language,
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <div className="files__notebook" tabIndex={0}>
        {preview.cells.map((cell, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cells do not move and have no other name
          <article key={index} className={`files__cell files__cell--${cell.kind}`}>
            <span className="mono quiet num">
              {cell.kind === 'code' ? `[${cell.count ?? ' '}]` : cell.kind === 'markdown' ? 'md' : ''}
            </span>
            <div>
              <pre className={cell.kind === 'code' ? 'code' : 'files__prose'}>{cell.source}</pre>
              {cell.outputs.map((output, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: outputs do not move and have no other name
                <CellOutput key={at} output={output} label={t('files.outputOf', { n: index + 1 })} />
              ))}
            </div>
          </article>
        ))}
      </div>
    </>
  );
}

function CellOutput({ output, label }: { output: Output; label: string }) {
  if ('text' in output)
    return <pre className={`files__output ${output.error ? 'files__output--error' : ''}`}>{output.text}</pre>;
  return <img className="files__output" src={`data:${output.mime};base64,${output.base64}`} alt={label} />;
}
