import { currentLanguage, type Translate } from '#renderer/i18n/index.ts';
import { ownProvider } from './own-machines.ts';

/** As providers write themselves. */
const providers: Readonly<Record<string, string>> = {
  aws: 'AWS',
  azure: 'Azure',
  gcp: 'Google Cloud',
  lambda: 'Lambda',
  runpod: 'RunPod',
  coreweave: 'CoreWeave',
  oci: 'Oracle Cloud',
  nebius: 'Nebius',
  verda: 'Verda',
  vast: 'Vast.ai',
  paperspace: 'Paperspace',
  fluidstack: 'Fluidstack',
  crusoe: 'Crusoe',
};

export const providerName = (provider: string, t: Translate): string =>
  provider === ownProvider ? t('catalog.own') : (providers[provider] ?? provider);

let names: { language: string; of: Intl.DisplayNames } | null = null;

/** A country in the language of the page; its code where the browser does not know it. */
export function countryName(code: string): string {
  const language = currentLanguage();
  if (names?.language !== language)
    names = { language, of: new Intl.DisplayNames([language], { type: 'region' }) };
  return names.of.of(code) ?? code;
}

/** "8 × H100", "½ …" of a slice as 0.5. */
export const gpusText = (name: string | null, count: number): string =>
  name === null || count === 0 ? '–' : `${Number(count.toFixed(3))} × ${name}`;
