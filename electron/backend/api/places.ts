import type { Places } from '#backend/places/index.ts';
import { api } from './base.ts';

const never = new AbortController().signal;

export const placesRouter = (places: Places) =>
  api.places.router({
    policies: api.places.policies.handler(() => places.policies()),
    setPolicy: api.places.setPolicy.handler(({ input, context }) =>
      places.setPolicy(input.machineId, input.policy, context.actor),
    ),
    planEvacuation: api.places.planEvacuation.handler(({ input, context, signal = never }) =>
      places.planEvacuation(input.machineId, context.actor, signal),
    ),
    evacuate: api.places.evacuate.handler(({ input, context, signal = never }) =>
      places.evacuate(input, context.actor, signal),
    ),
    evacuations: api.places.evacuations.handler(() => places.evacuations()),
    cancelEvacuation: api.places.cancelEvacuation.handler(({ input, context }) =>
      places.cancelEvacuation(input.evacuationId, context.actor),
    ),
    rebalance: api.places.rebalance.handler(() => places.rebalance()),
    setRebalance: api.places.setRebalance.handler(({ input, context }) =>
      places.setRebalance(input, context.actor),
    ),
    accept: api.places.accept.handler(({ input, context, signal = never }) =>
      places.accept(input.proposalId, context.actor, signal),
    ),
    dismiss: api.places.dismiss.handler(({ input, context }) =>
      places.dismiss(input.proposalId, context.actor),
    ),
  });
