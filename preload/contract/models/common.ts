import { z } from 'zod';

/** ISO 8601 in UTC, e.g. 2026-11-21T09:30:00.000Z. */
export const Iso = z.string();
export const AccountId = z.string().regex(/^\d{12}$/);

/** Of a file or folder on this machine. No system has one with control characters in it, or a longer one. */
export const Path = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^\P{Cc}*$/u, 'a path has no control characters');
