import { z } from 'zod';
import { forward, listeningPort, portNumber } from '../domain/forward.ts';
import { idSchema } from '../domain/id.ts';
import { act, look } from './base.ts';

const forwardRef = z.object({ forwardId: idSchema });

/** Ports of machines on this computer's loopback. */
export const portsContract = {
  /** Who listens over there now; with `runId` only that run's processes. */
  listening: act
    .input(z.object({ machineId: idSchema, runId: idSchema.optional() }))
    .output(z.array(listeningPort)),
  list: look.output(z.array(forward)),
  /** `localPort` absent: the same number where it is free, else one that stays. PORT_TAKEN with `localPort`. Sent twice it is one. */
  open: act
    .input(
      z.object({
        requestId: idSchema,
        machineId: idSchema,
        runId: idSchema.optional(),
        remotePort: portNumber,
        remoteHost: z.string().min(1).max(255).default('localhost'),
        localPort: portNumber.optional(),
        label: z.string().max(100).default(''),
      }),
    )
    .output(forward),
  rename: act.input(forwardRef.extend({ label: z.string().max(100) })).output(forward),
  close: act.input(forwardRef).output(z.void()),
};
