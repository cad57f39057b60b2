import { TrainyardError } from '#shared/domain/error.ts';
import type { Judgement, Violation } from '#shared/domain/sensitivity.ts';

/** The first broken rule as a sentence; all of them in `details`. `context` chooses the page's sentence. */
export function sensitivityViolation(
  violations: readonly Violation[],
  place: Judgement['place'],
): TrainyardError {
  const [first] = violations;
  return new TrainyardError(
    'SENSITIVITY_VIOLATION',
    `${first === undefined ? `This may not go to ${place.siteName}.` : violationSentence(first)} Nothing was sent. Choose another machine, or have an owner override it with a reason.`,
    {
      params: {
        context: contextOf(first),
        rule: first?.rule ?? 'label',
        data: first?.data ?? '',
        label: first?.label ?? '',
        place: place.siteName,
        maxLabel: place.maxLabel,
        country: place.country ?? '',
        countries: first?.countries.join(', ') ?? '',
      },
      details: violations.map(violationSentence).join('\n'),
    },
  );
}

const contextOf = (violation: Violation | undefined): string =>
  violation === undefined || (violation.rule === 'label' && violation.dataId === null)
    ? 'run'
    : violation.rule === 'country-unknown'
      ? 'unknown'
      : violation.rule;

/** Names the rule, the data and the place. */
export function violationSentence({
  rule,
  dataId,
  data,
  label,
  countries,
  place,
  maxLabel,
  country,
}: Violation) {
  const what = dataId === null ? 'The run' : `"${data}"`;
  if (rule === 'label') return `${what} is ${label}, and ${place} may hold ${maxLabel} data at most.`;
  const where = rule === 'country' ? `stands in ${country}` : 'has no country set';
  return `${what} may go to ${countries.join(', ')} only, and ${place} ${where}.`;
}

export const overrideNeedsOwner = (): TrainyardError =>
  new TrainyardError(
    'OVERRIDE_NEEDS_OWNER',
    'Only an owner can let data go where it may not. Ask one, or choose another machine.',
  );

export const dataPathMissing = (path: string): TrainyardError =>
  new TrainyardError(
    'DATA_PATH_MISSING',
    `There is no file or folder ${path} on this computer. A label belongs to something that is there.`,
    { params: { path } },
  );

export const dataPathRelative = (path: string): TrainyardError =>
  new TrainyardError('DATA_PATH_RELATIVE', `Give the whole path: "${path}" does not begin at the root.`, {
    params: { path },
  });

export const dataSetUnknown = (id: string): TrainyardError =>
  new TrainyardError('DATA_SET_UNKNOWN', 'This data set is not there any more; it was removed.', {
    params: { id },
  });
