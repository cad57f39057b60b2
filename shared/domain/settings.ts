import { z } from 'zod';

/** The user's settings: one JSON object, each key with its default, so that a page and a file show the same. */
export const settings = z.object({
  theme: z.enum(['system', 'dark', 'light', 'high-contrast']).default('system'),
  language: z.enum(['system', 'en', 'zh-CN']).default('system'),
  /** Seconds a trainer is given between TERM and KILL. */
  stopGraceSeconds: z.number().int().min(1).max(3600).default(30),
  refreshSeconds: z.number().int().min(2).max(3600).default(30),
  /** How many boxes are asked at once. */
  parallelConnections: z.number().int().min(1).max(200).default(16),
  notifyRunEnded: z.boolean().default(true),
  notifyNeedsUser: z.boolean().default(true),
  backupEveryHours: z.number().int().min(1).max(168).default(24),
  backupsKept: z.number().int().min(1).max(100).default(7),
  logFontSize: z.number().int().min(9).max(24).default(12),
});
export type Settings = z.infer<typeof settings>;
