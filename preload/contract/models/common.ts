import { z } from 'zod';

/** ISO 8601 in UTC, e.g. 2026-11-21T09:30:00.000Z. */
export const Iso = z.string();
export const AccountId = z.string().regex(/^\d{12}$/);
