/** Characters nobody sees: controls (but tab and line ends), format and bidi marks, fillers, lone surrogates. */
const HIDDEN = /(?![\t\n\r])[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** The text without what cannot be seen, trimmed. */
export function visible(text: string): string {
  return text.replace(HIDDEN, '').trim();
}

export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}
