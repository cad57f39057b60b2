import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { acceleratorFinder } from '#shared/planner/accelerators.ts';
import { didYouMean } from './did-you-mean.ts';
import { printable } from './output.ts';

/** The accelerator of that name. Throws ACCELERATOR_UNKNOWN with those that may have been meant. */
export function knownAccelerator(name: string, known: readonly AcceleratorModel[]): AcceleratorModel {
  const found = acceleratorFinder(known)(name);
  if (found !== null) return found;
  const names = known.map((each) => each.name);
  throw new TrainyardError(
    'ACCELERATOR_UNKNOWN',
    `The catalogue has no accelerator “${printable(name)}”. ${didYouMean(name, names)}“trainyard price” without a name lists what there is.`,
    { params: { name } },
  );
}

/** Throws USAGE for a provider that nobody has prices of. */
export function checkProviders(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TrainyardError(
    'USAGE',
    `There are no prices of a provider “${printable(unknown)}”. ${didYouMean(unknown, known)}There are of ${known.toSorted().join(', ')}.`,
    { params: { provider: unknown } },
  );
}
