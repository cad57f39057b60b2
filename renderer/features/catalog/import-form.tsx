import { useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Field, formatInteger, Input, toast } from '#renderer/ui/index.ts';
import type { ImportReport } from '#shared/domain/catalog.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** As the contract has it, bytes of text. */
const largestBytes = 64 * 1024 * 1024;
const mostRefusedShown = 200;

interface Chosen {
  fileName: string;
  text: string;
  report: ImportReport;
}

/** A price file: what it would change is shown before anything is taken, and which rows are refused and why. */
export function ImportForm({ onDone }: { onDone(): void }) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const [provider, setProvider] = useState('');
  const [date, setDate] = useState('');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const ask = (fileName: string, text: string, dryRun: boolean, partial: boolean) =>
    rpc().catalog.import({
      requestId: newId(),
      fileName,
      text,
      provider: provider.trim() === '' ? null : provider.trim(),
      pricedAt: date === '' ? null : Date.parse(`${date}T12:00:00`),
      dryRun,
      partial,
    });
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  const look = (file: { name: string; text: string }) =>
    attempt(async () => {
      setChosen(null);
      setChosen({
        fileName: file.name,
        text: file.text,
        report: await ask(file.name, file.text, true, true),
      });
    });
  const choose = (file: File | undefined) =>
    attempt(async () => {
      if (!file) return;
      if (file.size > largestBytes)
        throw new TrainyardError('PRICE_FILE_TOO_LARGE', `${file.name} is larger than 64 MiB.`, {
          params: { name: file.name },
        });
      await look({ name: file.name, text: await file.text() });
    });
  const take = () =>
    attempt(async () => {
      if (!chosen) return;
      const report = await ask(chosen.fileName, chosen.text, false, chosen.report.refusedCount > 0);
      toast('info', t('catalog.taken', { count: report.accepted, n: formatInteger(report.accepted) }));
      onDone();
    });
  const again = () => (chosen ? void look({ name: chosen.fileName, text: chosen.text }) : undefined);
  return (
    <>
      <div className="dialog__body">
        <input
          ref={field}
          type="file"
          accept=".csv,text/csv,text/plain"
          className="hidden-visually"
          aria-label={t('catalog.file')}
          onChange={(event) => {
            void choose(event.target.files?.[0]);
            // The same file again is a choice too: it may have been mended.
            event.target.value = '';
          }}
        />
        <div className="import__fields">
          <Field label={t('catalog.file')}>
            {() => (
              <Button busy={busy} onClick={() => field.current?.click()}>
                {chosen ? t('catalog.otherFile') : t('catalog.chooseFile')}
              </Button>
            )}
          </Field>
          <Field label={t('catalog.importProvider')} hint={t('catalog.importProviderHint')}>
            {(ids) => (
              <Input
                {...ids}
                value={provider}
                maxLength={60}
                onChange={(event) => setProvider(event.target.value)}
                onBlur={again}
              />
            )}
          </Field>
          <Field label={t('catalog.importDate')} hint={t('catalog.importDateHint')}>
            {(ids) => (
              <Input
                {...ids}
                type="date"
                value={date}
                onChange={(event) => setDate(event.target.value)}
                onBlur={again}
              />
            )}
          </Field>
        </div>
        {failure ? <ErrorState error={failure} /> : null}
        {chosen ? <Preview fileName={chosen.fileName} report={chosen.report} /> : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onDone}>{t('catalog.back')}</Button>
        <Button
          look="primary"
          busy={busy}
          disabled={!chosen || chosen.report.accepted === 0}
          onClick={() => void take()}
        >
          {chosen && chosen.report.accepted > 0
            ? t(chosen.report.refusedCount > 0 ? 'catalog.takeGood' : 'catalog.takeAll', {
                count: chosen.report.accepted,
                n: formatInteger(chosen.report.accepted),
              })
            : t('catalog.take')}
        </Button>
      </div>
    </>
  );
}

function Preview({ fileName, report }: { fileName: string; report: ImportReport }) {
  const t = useT();
  const numbers = [
    ['catalog.accepted', report.accepted],
    ['catalog.refused', report.refusedCount],
    ['catalog.added', report.added],
    ['catalog.changed', report.changed],
    ['catalog.gone', report.gone],
  ] as const;
  return (
    <section className="import__preview" aria-label={t('catalog.preview')}>
      <p>
        {t(report.format === 'skypilot' ? 'catalog.isSkypilot' : 'catalog.isSheet', {
          file: fileName,
          rows: formatInteger(report.rows),
          provider: report.provider ?? t('catalog.severalProviders'),
        })}
      </p>
      <dl className="import__numbers">
        {numbers.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd className="num">{formatInteger(value)}</dd>
          </div>
        ))}
      </dl>
      {report.refused.length > 0 ? (
        <>
          <h3>{t('catalog.refusedTitle')}</h3>
          <ul className="import__refused">
            {report.refused.slice(0, mostRefusedShown).map(({ row, code, params, message }) => (
              <li key={`${row} ${code}`}>
                <span className="num quiet">{t('catalog.line', { n: formatInteger(row) })}</span>
                <span>{translateError(code, params, message)}</span>
              </li>
            ))}
          </ul>
          {report.refusedCount > mostRefusedShown ? (
            <p className="quiet">
              {t('catalog.moreRefused', { n: formatInteger(report.refusedCount - mostRefusedShown) })}
            </p>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
