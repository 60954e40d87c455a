import { Segment } from './Segment.ts';
import { wordsOf } from './words.ts';

export interface MessageRef {
  messageId: string;
  conversationId: string;
}

/** Of one conversation, so that a long one does not hide the others. */
const PER_CONVERSATION = 10;

/** Messages in the order of their adding, and their words. */
class Shelf {
  readonly refs: MessageRef[] = [];
  readonly segment = new Segment();

  add(ref: MessageRef, text: string): void {
    this.segment.add(Array.from(wordsOf(text), (word) => word.text));
    this.refs.push(ref);
  }
}

/**
 * The words of all messages. Stored ones are loaded newest first, while new ones keep coming: two shelves, so
 * that "newest first" is a walk and never a sort.
 */
export class MessageIndex {
  readonly #loaded = new Shelf();
  readonly #added = new Shelf();
  readonly #removed = new Set<string>();

  get size(): number {
    return this.#loaded.refs.length + this.#added.refs.length;
  }

  /** A stored message, each older than the one before. It may have been added already. */
  load(ref: MessageRef, text: string): void {
    this.#loaded.add(ref, text);
  }

  /** A message that has just been written. */
  add(ref: MessageRef, text: string): void {
    this.#added.add(ref, text);
  }

  /** Ids of conversations are never used again. */
  removeConversation(conversationId: string): void {
    this.#removed.add(conversationId);
  }

  /** Those that hold all of the words; the ones with every word whole first, then newest first. */
  search(words: readonly string[], limit: number): MessageRef[] {
    if (words.length === 0) return [];
    const whole: MessageRef[] = [];
    const partly: MessageRef[] = [];
    const seen = new Set<string>();
    const perConversation = new Map<string, number>();
    for (const { ref, fit } of this.#fitting(words)) {
      if (this.#removed.has(ref.conversationId) || seen.has(ref.messageId)) continue;
      const list = fit === words.length * 2 ? whole : partly;
      if (list.length >= limit) {
        if (list === whole) break;
        continue;
      }
      const count = perConversation.get(ref.conversationId) ?? 0;
      if (count >= PER_CONVERSATION) continue;
      perConversation.set(ref.conversationId, count + 1);
      seen.add(ref.messageId);
      list.push(ref);
    }
    return [...whole, ...partly].slice(0, limit);
  }

  *#fitting(words: readonly string[]): Generator<{ ref: MessageRef; fit: number }> {
    const added = this.#added.segment.fits(words).reverse();
    yield* fitting(added, this.#added.refs.toReversed());
    yield* fitting(this.#loaded.segment.fits(words), this.#loaded.refs);
  }
}

function* fitting(
  fits: Uint8Array,
  refs: readonly MessageRef[],
): Generator<{ ref: MessageRef; fit: number }> {
  for (let n = 0; n < fits.length; n += 1) {
    const fit = fits[n] ?? 0;
    const ref = refs[n];
    if (fit > 0 && ref !== undefined) yield { ref, fit };
  }
}
