import { cut } from '../../preload/contract/text.ts';

/**
 * Text that came from AWS as it may be shown: on one line, without control, bidirectional or invisible
 * characters (they can make a name read as another), at most `limit` characters.
 */
export function cleanText(text: string, limit = 300): string {
  const plain = text.replace(/\s+/gu, ' ').replace(/\p{C}/gu, '').trim();
  return cut(plain, limit);
}
