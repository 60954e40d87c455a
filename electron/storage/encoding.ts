/**
 * Joins fields so that no two different lists give the same bytes: each field is its length in bytes
 * (uint32, big-endian) and then its UTF-8 text, bytes, or, for a number, eight bytes (uint64, big-endian).
 * Part of every stored MAC, id and associated data: never change it.
 */
export function encodeFields(fields: readonly (string | number | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = fieldBytes(field);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

function fieldBytes(field: string | number | Uint8Array): Uint8Array {
  if (typeof field === 'string') return Buffer.from(field, 'utf8');
  if (typeof field !== 'number') return field;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(field));
  return bytes;
}
