import { oc } from '@orpc/contract';
import { errorShape } from '../domain/error.ts';
import type { Role } from '../domain/role.ts';

/**
 * Every procedure says the least role that may call it; a test tries every procedure with every role.
 * All of them can fail in one way only: `TRAINYARD`, whose data is the error shape of domain/error.ts.
 */
export interface ProcedureMeta {
  role: Role;
}
const base = oc
  .$meta<ProcedureMeta>({ role: 'owner' })
  .errors({ TRAINYARD: { status: 500, data: errorShape } });

/** A procedure that only looks. */
export const look = base.meta({ role: 'viewer' });
/** A procedure that changes something or acts on a box. */
export const act = base.meta({ role: 'operator' });
/** A procedure that changes who may do what, or opens secrets, backups and the app itself. */
export const own = base.meta({ role: 'owner' });
