import type { ContractRouterClient } from '@orpc/contract';
import { accessContract } from './access.ts';
import { activityContract } from './activity.ts';
import { appContract, storeContract } from './app.ts';
import { catalogContract } from './catalog.ts';
import { costsContract } from './costs.ts';
import { dataContract } from './data.ts';
import { filesContract } from './files.ts';
import {
  backupsContract,
  checkpointsContract,
  copiesContract,
  migrationsContract,
  placesContract,
  recoveryContract,
} from './moves.ts';
import { planContract } from './plan.ts';
import { portsContract } from './ports.ts';
import { logsContract, runsContract } from './runs.ts';
import { machinesContract, sitesContract } from './sites.ts';
import { terminalsContract } from './terminals.ts';
import { vaultContract } from './vault.ts';

/** All that a page or the CLI can ask of the backend. Bytes that flow go by `bytes.ts` beside it. */
export const contract = {
  app: appContract,
  store: storeContract,
  sites: sitesContract,
  machines: machinesContract,
  runs: runsContract,
  logs: logsContract,
  activity: activityContract,
  vault: vaultContract,
  access: accessContract,
  data: dataContract,
  migrations: migrationsContract,
  checkpoints: checkpointsContract,
  copies: copiesContract,
  recovery: recoveryContract,
  places: placesContract,
  backups: backupsContract,
  terminals: terminalsContract,
  files: filesContract,
  ports: portsContract,
  catalog: catalogContract,
  plan: planContract,
  costs: costsContract,
};
export type Contract = typeof contract;
export type Client = ContractRouterClient<Contract>;
