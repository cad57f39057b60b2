import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Field, FileButton, formatInteger, Input, toast } from '#renderer/ui/index.ts';
import type { ImportReport as PriceReport } from '#shared/domain/catalog.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ImportReport } from './import-report.tsx';

/** As the contract has it, bytes of text. */
const largestBytes = 64 * 1024 * 1024;

interface Chosen {
  name: string;
  text: string;
}

/** A price file: what it would change is shown before anything is taken, and which rows are refused and why. */
export function ImportForm({ onDone }: { onDone(): void }) {
  const t = useT();
  const [provider, setProvider] = useState('');
  const [date, setDate] = useState('');
  const [file, setFile] = useState<Chosen | null>(null);
  const [report, setReport] = useState<PriceReport | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  /** What the report was asked with: other words about the file make another report. */
  const [askedWith, setAskedWith] = useState('');
  const about = `${provider.trim()} ${date}`;
  const ask = (chosen: Chosen, dryRun: boolean, partial: boolean) =>
    rpc().catalog.import({
      requestId: newId(),
      fileName: chosen.name,
      text: chosen.text,
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
  const look = (chosen: Chosen) =>
    attempt(async () => {
      setAskedWith(about);
      setReport(null);
      setReport(await ask(chosen, true, true));
    });
  const choose = (picked: File | undefined) =>
    attempt(async () => {
      if (!picked) return;
      if (picked.size > largestBytes)
        throw new TrainyardError('PRICE_FILE_TOO_LARGE', `${picked.name} is larger than 64 MiB.`, {
          params: { name: picked.name },
        });
      const chosen = { name: picked.name, text: await picked.text() };
      setFile(chosen);
      await look(chosen);
    });
  const take = () =>
    attempt(async () => {
      if (!file || !report) return;
      const taken = await ask(file, false, report.refusedCount > 0);
      toast('info', t('catalog.taken', { count: taken.accepted, n: formatInteger(taken.accepted) }));
      onDone();
    });
  const again = () => (file && about !== askedWith ? void look(file) : undefined);
  return (
    <>
      <div className="dialog__body">
        <div className="import__fields">
          <Field label={t('catalog.file')}>
            {() => (
              <FileButton
                busy={busy}
                label={t('catalog.file')}
                accept=".csv,text/csv,text/plain"
                onFile={(picked) => void choose(picked)}
              >
                {file ? t('catalog.otherFile') : t('catalog.chooseFile')}
              </FileButton>
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
        {file && report ? <Preview fileName={file.name} report={report} /> : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onDone}>{t('catalog.back')}</Button>
        <Button
          look="primary"
          busy={busy}
          disabled={!report || report.accepted === 0}
          onClick={() => void take()}
        >
          {report && report.accepted > 0
            ? t(report.refusedCount > 0 ? 'catalog.takeGood' : 'catalog.takeAll', {
                count: report.accepted,
                n: formatInteger(report.accepted),
              })
            : t('catalog.take')}
        </Button>
      </div>
    </>
  );
}

function Preview({ fileName, report }: { fileName: string; report: PriceReport }) {
  const t = useT();
  return (
    <ImportReport
      label={t('catalog.preview')}
      about={t(report.format === 'skypilot' ? 'catalog.isSkypilot' : 'catalog.isSheet', {
        file: fileName,
        rows: formatInteger(report.rows),
        provider: report.provider ?? t('catalog.severalProviders'),
      })}
      numbers={[
        [t('catalog.accepted'), report.accepted],
        [t('catalog.refused'), report.refusedCount],
        [t('catalog.added'), report.added],
        [t('catalog.changed'), report.changed],
        [t('catalog.gone'), report.gone],
        [t('catalog.skipped'), report.skipped],
      ]}
      refused={report.refused}
      refusedCount={report.refusedCount}
      refusedTitle={t('catalog.refusedTitle')}
      rowWord={(n) => t('catalog.line', { n })}
      moreWord={(n) => t('catalog.moreRefused', { n })}
    />
  );
}
