import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Field, FileButton, formatInteger, Input, toast } from '#renderer/ui/index.ts';
import type { QuotaReport } from '#shared/domain/quota.ts';
import { ImportReport } from './import-report.tsx';

const largestBytes = 16 * 1024 * 1024;

/** What is typed at the providers' command lines: the same in every language. */
const commands = [
  'aws service-quotas list-service-quotas --service-code ec2 --output json',
  'az vm list-usage --location REGION -o json',
  'gcloud compute regions describe REGION --format=json',
];

/** A list of quotas: what it would change is shown before anything is taken, and which rows are refused and why. */
export function QuotaImport({ onDone }: { onDone(): void }) {
  const t = useT();
  const [region, setRegion] = useState('');
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [report, setReport] = useState<QuotaReport | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [askedWith, setAskedWith] = useState('');
  const ask = async (chosen: { name: string; text: string }, dryRun: boolean) => {
    setBusy(true);
    setFailure(null);
    try {
      setAskedWith(region);
      const said = { fileName: chosen.name, text: chosen.text, region: region.trim() || null };
      const answer = await rpc().catalog.importQuotas({ ...said, dryRun, partial: true });
      if (dryRun) setReport(answer);
      else {
        toast('info', t('quotas.taken'));
        onDone();
      }
    } catch (thrown) {
      setReport(null);
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  const choose = async (picked: File) => {
    if (picked.size > largestBytes) {
      setFailure(new Error(t('quotas.tooLarge', { name: picked.name })));
      return;
    }
    const chosen = { name: picked.name, text: await picked.text() };
    setFile(chosen);
    await ask(chosen, true);
  };
  return (
    <>
      <div className="dialog__body">
        <ul className="quotas__commands">
          {commands.map((command) => (
            <li key={command}>
              <code>{command}</code>
            </li>
          ))}
        </ul>
        <div className="quotas__pair">
          <Field label={t('quotas.file')}>
            {() => (
              <FileButton
                busy={busy}
                label={t('quotas.file')}
                accept=".json,.csv,application/json,text/csv,text/plain"
                onFile={(picked) => void choose(picked)}
              >
                {t(file ? 'quotas.otherFile' : 'quotas.chooseFile')}
              </FileButton>
            )}
          </Field>
          <Field label={t('quotas.region')} hint={t('quotas.importRegionHint')}>
            {(ids) => (
              <Input
                {...ids}
                value={region}
                maxLength={60}
                onChange={(event) => setRegion(event.target.value)}
                onBlur={() => (file && region !== askedWith ? void ask(file, true) : undefined)}
              />
            )}
          </Field>
        </div>
        {failure ? <ErrorState error={failure} /> : null}
        {file && report ? <Preview fileName={file.name} report={report} /> : null}
      </div>
      <div className="dialog__actions">
        <Button onClick={onDone}>{t('quotas.back')}</Button>
        <Button
          look="primary"
          busy={busy}
          disabled={!file || !report || report.accepted.length === 0}
          onClick={() => (file ? void ask(file, false) : undefined)}
        >
          {t(report && report.refusedCount > 0 ? 'quotas.takeGood' : 'quotas.take')}
        </Button>
      </div>
    </>
  );
}

const formatKeys = {
  aws: 'quotas.isAws',
  azure: 'quotas.isAzure',
  gcp: 'quotas.isGcp',
  sheet: 'quotas.isSheet',
} as const;

function Preview({ fileName, report }: { fileName: string; report: QuotaReport }) {
  const t = useT();
  return (
    <ImportReport
      about={t(formatKeys[report.format], { file: fileName, rows: formatInteger(report.rows) })}
      numbers={[
        [t('quotas.accepted'), report.accepted.length],
        [t('quotas.refused'), report.refusedCount],
        [t('quotas.added'), report.added],
        [t('quotas.changed'), report.changed],
        [t('quotas.skipped'), report.skipped],
      ]}
      refused={report.refused}
      refusedCount={report.refusedCount}
      rowWord={(n) => t('quotas.row', { n })}
      moreWord={(n) => t('quotas.moreRefused', { n })}
    />
  );
}
