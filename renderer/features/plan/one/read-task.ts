import { rpc } from '#renderer/app/backend.ts';
import type { RunDemand } from '#shared/domain/plan.ts';
import { takeDemand, useOne } from './one-store.ts';

/** What a task file asks for; all its documents. */
export async function demandsOf(yaml: string): Promise<RunDemand[]> {
  const { model, setup } = useOne.getState().demand;
  return rpc().plan.demandOf({ yaml, model, setup });
}

/** Reads a task file into the question. Answers with how many tasks it holds: the first is taken. */
export async function readTaskInto(yaml: string): Promise<number> {
  const demands = await demandsOf(yaml);
  const [first] = demands;
  if (first) takeDemand(yaml, first);
  return demands.length;
}
