import { z } from 'zod';

/** Who may do what in headless mode: a viewer looks, an operator runs things, an owner changes who may. Rising order. */
export const roles = ['viewer', 'operator', 'owner'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export function roleAllows(have: Role, needed: Role): boolean {
  return roles.indexOf(have) >= roles.indexOf(needed);
}

/** Who acts: written into the activity log with each action. */
export interface Actor {
  /** 'desktop', 'cli', 'browser', a named token's name, or 'trainyard' for what the app does by itself. */
  name: string;
  role: Role;
}
export const appItself: Actor = { name: 'trainyard', role: 'owner' };
