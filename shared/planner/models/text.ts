import type { ModelShape } from '../../domain/workload.ts';
import { modelFromConfig } from './config.ts';
import { modelFromSafetensorsHeader } from './header.ts';
import { isObject, objectOf } from './reading.ts';

/**
 * A model's shape from JSON of whichever kind: a config.json, the header of a safetensors file, or an index of several. Throws what
 * modelFromConfig and modelFromSafetensorsHeader do.
 */
export function modelFromText(text: string, name: string): ModelShape {
  const json = objectOf(text, name);
  const isHeader =
    isObject(json.weight_map) ||
    Object.entries(json).some(
      ([key, value]) =>
        key !== '__metadata__' && isObject(value) && Array.isArray(value.shape) && 'dtype' in value,
    );
  return isHeader ? modelFromSafetensorsHeader(json, name) : modelFromConfig(json, name);
}
