/** Characters nobody sees: controls (but tab and line ends), format and bidi marks, fillers, lone surrogates. */
const HIDDEN = /(?![\t\n\r])[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** The text without what cannot be seen, trimmed. */
export function visible(text: string): string {
  return text.replace(HIDDEN, '').trim();
}

export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Scripts with letters that pass for Latin ones, and Latin letters that pass for others. */
const LOOKALIKES = /[\p{sc=Cyrl}\p{sc=Grek}\p{sc=Armn}\p{sc=Cher}\p{sc=Lisu}\u0131\u0237\u0250-\u02af]/u;

/**
 * Whether a name may not be the one it seems to be: it holds hidden characters, letters of a script that
 * passes for Latin, or forms (full-width, ligatures) that only look like plain letters.
 */
export function mayDeceive(name: string): boolean {
  return hasHidden(name) || LOOKALIKES.test(name) || name.normalize('NFKC') !== name;
}
