import { AppError } from '../../errors.ts';

/**
 * Where a scroll stands. Pages are ordered by (value in the asked direction, id upwards), or by id alone
 * (`value` null). `id` null = the whole group of `value` has been read.
 * Both engines write the same cursor, and rows of equal value are neither lost nor repeated.
 */
export interface Position {
  value: number | null;
  id: string | null;
}

export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.value, position.id])).toString('base64url');
}

export function decodeCursor(cursor: string): Position {
  try {
    const [value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if ((value === null || typeof value === 'number') && (id === null || typeof id === 'string')) {
      return { value, id };
    }
  } catch {
    // Falls through: not a cursor of ours.
  }
  throw new AppError('INVALID_INPUT', 'This page marker is not valid. Start again from the first page.');
}
