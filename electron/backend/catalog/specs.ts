import type { Offer } from '#shared/domain/catalog.ts';
import type { InstanceSpec } from './shipped-form.ts';

/** What machines of providers have in them, by instance type: price lists name the type, and little else that is reliable. */
export class InstanceSpecs {
  readonly #specs = new Map<string, InstanceSpec>();
  readonly #byLowerCase = new Map<string, string>();

  constructor(sources: readonly Iterable<Offer>[]) {
    for (const offers of sources)
      for (const offer of offers) {
        const key = `${offer.provider}/${offer.instanceType}`;
        if (this.#specs.has(key)) continue;
        this.#byLowerCase.set(key.toLowerCase(), offer.instanceType);
        this.#specs.set(key, {
          accelerator: offer.accelerator,
          count: offer.acceleratorCount,
          acceleratorMemoryGiB: offer.acceleratorMemoryGiB,
          vCpus: offer.vCpus,
          memoryGiB: offer.memoryGiB,
          localDiskGiB: offer.localDiskGiB,
          networkGbps: offer.networkGbps,
          link: offer.link,
          architecture: offer.architecture,
        });
      }
  }

  get(provider: string, instanceType: string): InstanceSpec | null {
    return this.#specs.get(`${provider}/${instanceType}`) ?? null;
  }

  /** As the catalogue writes it, whatever the case. */
  nameOf(provider: string, instanceType: string): string | null {
    return this.#byLowerCase.get(`${provider}/${instanceType}`.toLowerCase()) ?? null;
  }

  /** All of a provider's. */
  *of(provider: string): Generator<[instanceType: string, spec: InstanceSpec]> {
    const prefix = `${provider}/`;
    for (const [key, spec] of this.#specs) if (key.startsWith(prefix)) yield [key.slice(prefix.length), spec];
  }
}
