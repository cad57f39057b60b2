import { csvRecords, detectDelimiter } from '#backend/catalog/index.ts';
import { because } from '#shared/domain/because.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { quoted } from '#shared/domain/quoted.ts';
import { readAws } from './aws.ts';
import { readAzure } from './azure.ts';
import { googleParts, readGoogle } from './google.ts';
import { objectOf, type QuotaReading, type ReadingContext } from './reading.ts';
import { columnOf, isSheet, readSheet } from './sheet.ts';

/**
 * Reads what a provider's command line printed, or a sheet; which one it is shows in its form. Throws QUOTA_FILE_EMPTY,
 * QUOTA_FILE_DAMAGED, QUOTA_FILE_UNKNOWN, QUOTA_REGION_NEEDED.
 */
export function readQuotas(fileName: string, given: string, context: ReadingContext): QuotaReading {
  const text = given.replace(/^\ufeff/, '').trim();
  if (text === '') throw new TrainyardError('QUOTA_FILE_EMPTY', 'There is nothing in this file.');
  if (!/^[[{]/.test(text)) return ofSheet(fileName, text, context);
  const value = parsed(text);
  const list = Array.isArray(value) ? value : (objectOf(value)?.Quotas ?? objectOf(value)?.value);
  if (Array.isArray(list) && list.length > 0) {
    const first = objectOf(list.find((each) => objectOf(each) !== null));
    if (first && 'QuotaName' in first) return readAws(list, context);
    if (first && 'currentValue' in first && 'limit' in first) {
      if (context.region === null) throw regionNeeded();
      return readAzure(list, context);
    }
  }
  const parts = googleParts(value, context.region);
  if (parts === null) throw fileUnknown(fileName);
  return readGoogle(parts);
}

function ofSheet(fileName: string, text: string, context: ReadingContext): QuotaReading {
  const delimiter = detectDelimiter(text);
  const [first] = csvRecords(text, delimiter);
  if (!isSheet((first?.fields ?? []).map(columnOf))) throw fileUnknown(fileName);
  return readSheet(text, delimiter, context);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrainyardError(
      'QUOTA_FILE_DAMAGED',
      `This file is no whole JSON (${(cause as Error).message.slice(0, 200)}). Print it again with --output json, all of it.`,
      { params: because('why', quoted((cause as Error).message)), cause },
    );
  }
}

const fileUnknown = (fileName: string) =>
  new TrainyardError(
    'QUOTA_FILE_UNKNOWN',
    `${fileName} is no list of quotas: it must be what “aws service-quotas list-service-quotas”, “az vm list-usage”, “gcloud compute regions describe” or “gcloud beta quotas info list” print as JSON, or a CSV with provider, limit and accelerator or families.`,
    { params: { fileName } },
  );

const regionNeeded = () =>
  new TrainyardError(
    'QUOTA_REGION_NEEDED',
    'A list of “az vm list-usage” does not say which region it is of. Say the region, and take it in again.',
  );
