import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../domain/id.ts';
import { machine } from '../domain/machine.ts';
import { connectionStep, prompt, site, sshAddress, sshHostPreview } from '../domain/site.ts';
import { act, look } from './base.ts';

export const sitesContract = {
  list: look.output(z.array(site)),
  /**
   * Hosts of the user's ssh_config (or `configFile`), and which of them are sites already. Runs no program. Not for
   * viewers: it reads a file of the caller's choice.
   */
  preview: act
    .input(z.object({ configFile: z.string().optional() }))
    .output(z.array(sshHostPreview.extend({ siteId: idSchema.nullable() }))),
  add: act
    .input(
      z.object({
        name: z.string().min(1).max(200).optional(),
        ssh: sshAddress,
        connect: z.boolean().default(true),
      }),
    )
    .output(site),
  /** Adds several hosts of an ssh_config at once; a host that is there already is left as it is. */
  importHosts: act
    .input(z.object({ configFile: z.string().optional(), hosts: z.array(z.string()).min(1) }))
    .output(z.array(site)),
  update: act
    .input(
      z.object({
        siteId: idSchema,
        name: z.string().min(1).max(200).optional(),
        ssh: sshAddress.optional(),
        autoConnect: z.boolean().optional(),
      }),
    )
    .output(site),
  /** Forgets the site and its machine. Refused while it has runs that have not ended, unless `force`; runs on the box go on. */
  remove: act.input(z.object({ siteId: idSchema, force: z.boolean().default(false) })).output(z.void()),
  connect: act.input(z.object({ siteId: idSchema })).output(site),
  disconnect: act.input(z.object({ siteId: idSchema })).output(site),
  /** Each step as it happens, on a connection of its own. */
  test: act
    .input(z.union([z.object({ siteId: idSchema }), z.object({ ssh: sshAddress })]))
    .output(eventIterator(connectionStep)),
  /** Forgets the known host key of a site after the user has checked the new one. */
  acceptChangedHostKey: act.input(z.object({ siteId: idSchema, fingerprint: z.string() })).output(z.void()),
  prompts: look.output(z.array(prompt)),
  /** Answers: 'accept'/'reject' for a host key; texts for the rest. `remember` puts a password or passphrase into the vault. */
  answerPrompt: act
    .input(
      z.object({
        promptId: z.string(),
        accept: z.boolean(),
        answers: z.array(z.string().max(4096)).default([]),
        remember: z.boolean().default(false),
      }),
    )
    .output(z.void()),
};

export const machineFilter = z.object({
  search: z.string().max(200).default(''),
  offset: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
  sort: z.enum(['name', 'seen', 'accelerators', 'runs']).default('name'),
  descending: z.boolean().default(false),
});

export const machinesContract = {
  list: look.input(machineFilter).output(z.object({ rows: z.array(machine), total: z.number() })),
  get: look.input(z.object({ machineId: idSchema })).output(machine),
  /** Asks the boxes again, several in parallel under the limit of the settings; empty: all of them. Progress comes as events. */
  refresh: act
    .input(z.object({ machineIds: z.array(idSchema).default([]) }))
    .output(z.object({ jobId: z.string() })),
};
