/**
 * Text from outside (names, tags, a person's sentence), as both sides handle it. Imports nothing.
 */

/** Controls, marks that turn the direction of writing, line separators and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What cannot be seen is spelled out as `\u{…}`, so that no name reads as another. */
export function spelledOut(text: string): string {
  return text.replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * A reason without what only tells where it was met, so that the same one in forty regions is one:
 * `ec2:DescribeVpcs in eu-west-1 is denied` becomes `ec2:DescribeVpcs is denied`.
 */
export function withoutRegion(reason: string, region: string): string {
  return reason.replaceAll(` in ${region}`, '').replaceAll(region, 'the region');
}

/** `at`, or one less where that is the middle of a character of two UTF-16 units (an emoji, a rare letter). */
export function wholeAt(text: string, at: number): number {
  const inside = /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1));
  return inside ? at - 1 : at;
}

/** The first characters: at most `limit` UTF-16 units, never half a character. */
export function firstOf(text: string, limit: number): string {
  return text.slice(0, wholeAt(text, limit));
}

/** At most `limit` UTF-16 units; what was cut ends in `…`. */
export function cut(text: string, limit: number): string {
  return text.length > limit ? `${firstOf(text, limit - 1)}…` : text;
}
