const OPENING = /[\s"'`‘’‚“”„«»‹›([{<]/;
const CLOSING = /[\s"'`‘’“”«»‹›)\]}>]/;
const SENTENCE_MARK = /[.,!?;:…。、，！？；：]/;

const LONGEST = 600;
const MOST_WORDS = 64;

/**
 * Every part of a sentence that may be a whole name: from one word edge to another, with and without the quotes,
 * brackets and punctuation around it, since a name may hold them itself. "web" is no part of "web-1" or "web-*".
 */
export function stretches(text: string): { start: number; end: number }[] {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i <= text.length; i++) {
    const here = text[i] ?? ' ';
    const before = text[i - 1] ?? ' ';
    if (OPENING.test(before) && !/\s/.test(here)) starts.push(i);
    if (!/\s/.test(before) && endsHere(text, i)) ends.push(i);
  }
  return starts.flatMap((start) => {
    const found: { start: number; end: number }[] = [];
    let words = 1;
    for (const end of ends) {
      if (end <= start) continue;
      if (/\s/.test(text[end] ?? '')) words += 1;
      if (end - start > LONGEST || words > MOST_WORDS + 1) break;
      found.push({ start, end });
    }
    return found;
  });
}

/** At a space, a closing mark, or punctuation that ends a word. */
function endsHere(text: string, at: number): boolean {
  let i = at;
  while (SENTENCE_MARK.test(text[i] ?? '')) i += 1;
  return i >= text.length || CLOSING.test(text[i] ?? '');
}
