export { modelFromConfig } from './config.ts';
export { knownArchitectures } from './families.ts';
export { modelFromSafetensorsHeader } from './header.ts';
export { findPreset, presets } from './presets.ts';
export { modelError } from './reading.ts';
export { modelSentences } from './sentences.ts';
export { modelFromText } from './text.ts';
