import { resolveLanguage, setLanguage } from '#renderer/i18n/index.ts';
import { setDensity } from '#renderer/ui/density.ts';
import type { Settings } from '#shared/domain/settings.ts';

type Look = Pick<Settings, 'theme' | 'language' | 'density'>;
const storageKey = 'look';
const dark = matchMedia('(prefers-color-scheme: dark)');
const contrast = matchMedia('(prefers-contrast: more)');
let current: Look = { theme: 'system', language: 'system', density: 'compact' };

function themeOf(setting: Settings['theme']): 'dark' | 'light' | 'high-contrast' {
  if (setting !== 'system') return setting;
  if (contrast.matches) return 'high-contrast';
  return dark.matches ? 'dark' : 'light';
}

function show(): void {
  setDensity(current.density === 'comfortable' ? 'comfortable' : 'compact');
  document.documentElement.dataset.theme = themeOf(current.theme);
  setLanguage(resolveLanguage(current.language, navigator.languages));
}

/** Theme and language as they were last time, before the backend has said a word: the first paint is the right one. */
export function applyStoredLook(): void {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof stored === 'object' && stored !== null) current = { ...current, ...stored };
  } catch {
    // Not ours or damaged: the system's look is as good.
  }
  show();
  dark.addEventListener('change', show);
  contrast.addEventListener('change', show);
}

export function applyLook(look: Look): void {
  current = { theme: look.theme, language: look.language, density: look.density };
  localStorage.setItem(storageKey, JSON.stringify(current));
  show();
}
