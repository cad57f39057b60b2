/** Sites and their machines: what is connected, what it has, and `MachineAccess` for everybody above. */
export type { MachineAccess, MachinePorts, MachineReach, MachineShells } from './capabilities.ts';
export { askBox, type ProbeOptions } from './probe/ask.ts';
export { Prompts } from './prompts.ts';
export type { RecordsActivity } from './record.ts';
export { Sites, type SitesOptions } from './sites.ts';
