import path from 'node:path';
import type { Quota, QuotaKind } from '#shared/domain/quota.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { textOfFile } from '../input-file.ts';
import { printable, printJson, printLine, printTable } from '../output.ts';

export interface SetQuotaOptions {
  region?: string;
  families?: string[];
  accelerator?: string;
  vcpus?: boolean;
  inUse?: number;
  kind: QuotaKind;
  json: boolean;
}

/** `trainyard quotas` */
export async function listQuotas(providers: readonly string[], json: boolean): Promise<number> {
  const all = await withBackend(({ client }) => client.catalog.quotas());
  const quotas = all.filter(({ provider }) => providers.length === 0 || providers.includes(provider));
  if (json) printJson(quotas);
  else
    printTable(
      ['id', 'limit', 'in use', 'of', 'as the provider calls it', 'said'],
      quotas.map(({ id, limit, inUse, unit, title, source, at }) => [
        id,
        String(limit),
        inUse === null ? '–' : String(inUse),
        unitWord(unit),
        title,
        `${source} ${new Date(at).toISOString().slice(0, 10)}`,
      ]),
    );
  return exitCodes.ok;
}

const unitWord = (unit: Quota['unit']): string => (unit === 'vcpus' ? 'vCPUs' : 'accelerators');

/** `trainyard quotas set PROVIDER LIMIT` */
export async function setQuota(provider: string, limit: number, options: SetQuotaOptions): Promise<number> {
  const { region, families = [], accelerator, vcpus = false, inUse, kind } = options;
  const said = await withBackend(({ client }) =>
    client.catalog.setQuota({
      provider: provider.toLowerCase(),
      region: region ?? null,
      kind,
      unit: vcpus ? 'vcpus' : 'accelerators',
      accelerator: accelerator ?? null,
      families,
      limit,
      inUse: inUse ?? null,
    }),
  );
  if (options.json) printJson(said);
  else printLine(printable(`${said.id}: ${said.limit} ${unitWord(said.unit)}.`));
  return exitCodes.ok;
}

/** `trainyard quotas remove ID…` */
export async function removeQuotas(ids: readonly string[], json: boolean): Promise<number> {
  await withBackend(async ({ client }) => {
    for (const id of ids) await client.catalog.removeQuota({ id });
  });
  if (json) printJson({ removed: ids });
  else printLine(printable(`Forgotten: ${ids.join(', ')}.`));
  return exitCodes.ok;
}

/** `trainyard quotas import FILE`: 0 taken (or would be), 1 refused with its rows. */
export async function importQuotas(
  file: string,
  options: { region?: string; dryRun?: boolean; partial?: boolean; json: boolean },
): Promise<number> {
  const text = await textOfFile(file, 'PRICE_FILE_NOT_FOUND');
  const { dryRun = false, partial = false, region = null } = options;
  const report = await withBackend(({ client }) =>
    client.catalog.importQuotas({ fileName: path.basename(file), text, region, dryRun, partial }),
  );
  const { accepted, refused, refusedCount, rows, added, changed, skipped } = report;
  const isGood = accepted.length > 0 && (refusedCount === 0 || partial);
  if (options.json) printJson(report);
  else {
    for (const { row, message } of refused.slice(0, 50)) printLine(printable(`row ${row}: ${message}`));
    if (refusedCount > 50) printLine(`and ${refusedCount - 50} more`);
    const outcome = report.taken ? 'Taken' : dryRun && isGood ? 'Would be taken' : 'Nothing was taken';
    printLine(
      `${outcome}: ${accepted.length} of ${rows} rows are quotas of machines with accelerators; ${added} new, ${changed} changed, ${skipped} of something else.`,
    );
  }
  return isGood ? exitCodes.ok : exitCodes.failed;
}
