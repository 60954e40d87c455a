import { AppError } from '../../errors.ts';
import type { RecordAddress, Sealer } from '../sealing.ts';
import type { DocLine, PointLine } from './lines.ts';
import type { BackupPart } from './names.ts';

/** Where the sealed part of a point is bound to; its clear fields `schema` and `revision` say so. */
export function pointAddress(part: BackupPart, { id, payload }: PointLine): RecordAddress {
  return { schema: Number(payload.schema), collection: part, id, revision: Number(payload.revision ?? 0) };
}

export function docAddress({
  kind,
  token,
  revision,
}: Pick<DocLine, 'kind' | 'token' | 'revision'>): RecordAddress {
  return { schema: 1, collection: 'docs', id: `${kind}/${token}`, revision };
}

/** The sealed content, or null when it is damaged. Throws FORMAT_NEWER for what a newer app sealed. */
export function openRecord(sealer: Sealer, address: RecordAddress, sealed: unknown): Buffer | null {
  try {
    return sealer.openBytes(address, Buffer.from(String(sealed), 'base64'));
  } catch (error) {
    if (error instanceof AppError && error.code !== 'STORAGE_FAILED') throw error;
    return null;
  }
}
