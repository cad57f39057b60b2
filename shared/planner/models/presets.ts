import type { ModelShape } from '../../domain/workload.ts';
import { modelFromConfig } from './config.ts';
import { presetConfigs } from './preset-configs.ts';

/** Well-known models, ready to plan with. */
export const presets: readonly ModelShape[] = presetConfigs.map(({ name, config }) => ({
  ...modelFromConfig(config, name),
  source: 'preset',
}));

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A preset by its name, without regard to case and punctuation; its maker's name may stand before it (meta-llama/…). Null: none. */
export function findPreset(name: string): ModelShape | null {
  const wanted = plain(name.includes('/') ? (name.split('/').at(-1) ?? name) : name);
  return (
    presets.find((preset) => plain(preset.name) === wanted) ??
    presets.find((preset) => plain(preset.name) === plain(name)) ??
    null
  );
}
