import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { JournalBody, type JournalEntry, type OpaqueBody } from './entries.ts';
import { Body1, fromVersion1 } from './version1.ts';

/** What is written; every version up to it is read, for ever. */
export const JOURNAL_VERSION = 2;

const Versioned = z.object({ v: z.number() });
const Stored = z.object({
  v: z.number().int().min(1),
  at: z.iso.datetime(),
  body: z.looseObject({ kind: z.string() }),
});

export function encodeEntry(at: string, body: JournalBody): Uint8Array {
  return Buffer.from(JSON.stringify({ v: JOURNAL_VERSION, at, body }));
}

/**
 * What one record says, in the present form; null when it is no entry at all. What has the frame of an entry and a
 * content this version does not know is opaque. Throws FORMAT_NEWER for a later version of the journal: nobody goes on
 * writing where entries cannot be understood. With `readOnly` such an entry is opaque as well.
 */
export function decodeEntry(
  seq: number,
  bytes: Uint8Array,
  { readOnly = false }: { readOnly?: boolean } = {},
): JournalEntry[] | null {
  const json = parsed(bytes);
  const version = Versioned.safeParse(json);
  if (version.success && version.data.v > JOURNAL_VERSION && !readOnly)
    throw new AppError(
      'FORMAT_NEWER',
      'The journal was written by a newer version of CloudOps. Open this workspace with that version.',
    );
  const stored = Stored.safeParse(json);
  if (!stored.success) return null;
  const { v, at, body } = stored.data;
  return bodiesOf(v, body).map((known) => ({ seq, at, body: known }));
}

function bodiesOf(v: number, body: { kind: string }): (JournalBody | OpaqueBody)[] {
  if (v === 1) {
    const known = Body1.safeParse(body);
    return known.success ? fromVersion1(known.data) : [opaque(body)];
  }
  const known = v === JOURNAL_VERSION ? JournalBody.safeParse(body) : null;
  return [known?.success ? known.data : opaque(body)];
}

function opaque(body: { kind: string; planId?: unknown; executionId?: unknown }): OpaqueBody {
  const id = (value: unknown) => (typeof value === 'string' ? value : null);
  return { kind: 'opaque', of: body.kind, planId: id(body.planId), executionId: id(body.executionId) };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}
