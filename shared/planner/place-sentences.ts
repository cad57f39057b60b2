import type { Reason } from '#shared/domain/figure.ts';
import { reasonOf } from '#shared/domain/sentence.ts';

/** Every sentence of a placement, by its code, in English; the page has its other languages beside it (renderer/i18n/errors/plan.ts). */
export const placeSentences = {
  // Why a place is left out: the later in this list, the nearer it was to be taken.
  PLACE_PROVIDER: 'Excluded: {{provider}} is not among the providers that you allow.',
  PLACE_SPOT_UNWANTED: 'Excluded: no machine that may be taken away was asked for.',
  PLACE_SPOT_ONLY: 'Excluded: only spot machines were asked for.',
  PLACE_UNSEEN: 'Excluded: it has not been looked at yet.',
  PLACE_DRAINING: 'Excluded: it takes no new runs, because it is being drained.',
  PLACE_ACCELERATOR: 'Excluded: it has {{has}}; asked for is {{asked}}.',
  PLACE_NO_ACCELERATOR: 'Excluded: it has no accelerator; asked for is {{asked}}.',
  PLACE_TOO_FEW: 'Excluded: it has {{has}} × {{accelerator}}; {{asked}} are needed.',
  PLACE_CPUS: 'Excluded: {{asked}} processors are needed, {{has}} are present.',
  PLACE_MEMORY: 'Excluded: {{asked}} GiB of memory are needed, {{has}} GiB are present.',
  PLACE_DISK: 'Excluded: {{asked}} GiB of disk are needed, {{has}} GiB are free.',
  PLACE_LABEL: 'Excluded: the data is {{label}}; {{place}} may hold {{most}} at most.',
  PLACE_COUNTRY: 'Excluded: it stands in {{country}}; the data may be in {{countries}} only.',
  PLACE_COUNTRY_UNKNOWN:
    'Excluded: the data may be in {{countries}} only, and nobody says where this stands.',
  PLACE_QUOTA:
    'Excluded by your quota “{{quota}}”: {{asked}} GPUs are needed, {{left}} of {{limit}} are left. A quota of {{least}} GPUs would let it pass.',
  PLACE_QUOTA_VCPUS:
    'Excluded by your quota “{{quota}}”: {{gpus}} GPUs take {{asked}} vCPUs, {{left}} of {{limit}} are left. A quota of {{least}} vCPUs would let it pass.',
  PLACE_NO_FIT: 'Excluded: {{need}} GiB per GPU needed, {{has}} GiB present.',
  PLACE_NO_FIT_UNLESS: 'Excluded: {{need}} GiB per GPU needed, {{has}} GiB present. It would fit so:',
  PLACE_SETUP: 'Excluded: the set-up cannot be on {{gpus}} GPUs.',
  PLACE_TIME_UNKNOWN: 'Excluded: it is not known how fast {{accelerator}} is.',
  PLACE_BUSY:
    'Excluded: {{free}} of the {{asked}} GPUs needed are free, and nobody can say when the others will be.',
  PLACE_LATE: 'Excluded: it would be done {{lateMs}} after the deadline.',
  PLACE_OVER_BUDGET: 'Excluded: it would cost {{costMicros}}, {{overMicros}} more than the budget.',
  PLACE_CARBON: 'Excluded: about {{grams}} g of CO2, the limit is {{limit}} g.',
  PLACE_CARBON_UNKNOWN: 'Excluded: there is a limit for carbon, and nobody says how the power there is made.',

  // What is to be known of one that may be taken.
  PLACE_CHEAPEST: 'The cheapest that may be taken: {{costMicros}}, done in {{timeMs}}.',
  PLACE_FASTEST: 'The fastest that may be taken: done in {{timeMs}}, for {{costMicros}}.',
  PLACE_BALANCED: 'The best balance of cost and time: {{costMicros}}, done in {{timeMs}}.',
  PLACE_FRONT: 'Nothing is both cheaper and faster.',
  PLACE_DOMINATED: '{{other}} is cheaper by {{costMicros}} and faster by {{timeMs}}.',
  PLACE_DOMINATED_COST: '{{other}} is cheaper by {{costMicros}} and as fast.',
  PLACE_DOMINATED_TIME: '{{other}} is faster by {{timeMs}} and costs as much.',
  PLACE_FITS: 'It fits: {{need}} GiB of {{has}} GiB per GPU.',
  PLACE_TIGHT: 'It may not fit: {{need}} GiB per GPU needed, {{has}} GiB present.',
  PLACE_FREE_NOW: '{{gpus}} GPUs are free now.',
  PLACE_FREE_LATER: '{{gpus}} GPUs will be free in {{timeMs}}.',
  PLACE_SEEN: 'As it was when it was last looked at, {{timeMs}} ago.',
  PLACE_UNRESERVED: 'Whether the provider has one free is seen only when it is asked for.',
  PLACE_MORE_GPUS: 'All {{has}} GPUs are paid for; {{used}} are used.',
  PLACE_NETWORK_UNKNOWN:
    'How fast the network between its machines is is not known: no time is counted for it.',
  PLACE_NODES: '{{nodes}} machines with {{each}} GPUs each.',
  PLACE_SPOT: 'May be taken away: {{count}} interruptions expected, {{lostMs}} lost by them.',
  PLACE_SPOT_ASSUMED: 'How often it is taken away is not known: 15–20 in 100 a month is assumed.',
  PLACE_SPOT_SWITCH:
    'To be done in time, go to an on-demand machine {{timeMs}} after the start at the latest, and whenever the work is behind an even pace.',
  PLACE_SPOT_NO_SLACK: 'The deadline leaves no time to change machines: one interruption may make it late.',
  PLACE_LATE_RISK: 'One chance in ten that it is done {{lateMs}} after the deadline.',
  PLACE_BUDGET_RISK: 'One chance in ten that it costs {{costMicros}}, {{overMicros}} more than the budget.',
  PLACE_RATE_UNKNOWN: 'Nobody has said what {{machine}} costs: it counts as nothing.',
  PLACE_LINE_ASSUMED:
    'How fast its network is nobody knows: {{gbps}} Gbit/s are assumed for the data. Say it with its costs.',
  PLACE_EGRESS_UNKNOWN: 'What {{provider}} takes for data going out is not known, and counts as nothing.',
  PLACE_OLD_PRICE: 'Its price is {{days}} days old.',

  // Of the whole placement.
  PLACE_NONE: 'Nothing may be taken. {{count}} of {{all}} places are left out for one reason:',
  PLACE_JUDGED: '{{all}} places were judged; {{left}} may be taken.',
  PLACE_ONE_HOUR:
    'Nothing says how long this takes (a model with its tokens, or a time on some accelerator): places are compared for one hour on each.',
  PLACE_OLDEST: 'The oldest price that the recommendation follows from is {{days}} days old.',
} as const satisfies Record<string, string>;
export type PlaceCode = keyof typeof placeSentences;

export const placeReason = (code: PlaceCode, params: Reason['params'] = {}): Reason =>
  reasonOf(placeSentences, code, params);
