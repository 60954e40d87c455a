import { cleanText } from '../../aws/text.ts';
import { AppError } from '../../errors.ts';

export { cleanText };

/**
 * Whether a person can type this name exactly as they see it: no invisible characters, no outer or unusual spaces,
 * and each letter as one, as keyboards give it.
 */
export function isTypeable(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 255 &&
    name === name.trim() &&
    name === name.normalize('NFC') &&
    !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u.test(name) &&
    !/[^\S ]| {2}/u.test(name)
  );
}

/**
 * A value that may go into a call. One that starts with `-` would be read as a flag in the CLI text a person
 * copies; one with control characters would show a different command than it runs.
 */
export function safeValue(value: string): string {
  if (value === '' || value.startsWith('-') || /[\p{C}\u2028\u2029]/u.test(value))
    throw new AppError(
      'INVALID_INPUT',
      `The identifier "${cleanText(value, 80)}" cannot be used in a call: it is empty, starts with a dash or contains control characters.`,
    );
  return value;
}
