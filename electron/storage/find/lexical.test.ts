import { describe, expect, it } from 'vitest';
import { LexicalIndex } from './lexical.ts';

const word = (text: string) => ({ word: text, alternatives: [] });
const slots = (index: LexicalIndex, ...words: string[]) => {
  const { scores } = index.search(words.map(word), 10);
  return [...scores.entries()]
    .filter(([, score]) => score > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([slot]) => slot);
};

describe('LexicalIndex', () => {
  it('the name weighs more than the text, the word more than a longer one', () => {
    const index = new LexicalIndex();
    index.put(0, ['other'], ['crane']);
    index.put(1, ['cranes-club'], ['x']);
    index.put(2, ['crane'], ['x']);
    expect(slots(index, 'crane')).toEqual([2, 1, 0]);
    index.put(3, ['other'], ['cranes-club']);
    expect(slots(index, 'crane')).toEqual([2, 1, 0, 3]);
  });

  it('a typo is forgiven only where the word itself is unknown', () => {
    const index = new LexicalIndex();
    index.put(0, ['barge'], []);
    index.put(1, ['large'], []);
    expect(slots(index, 'barge')).toEqual([0]);
    expect(slots(index, 'bagre')).toEqual([0]);
  });

  it('ids and numbers are never taken for a misspelling', () => {
    const index = new LexicalIndex();
    index.put(0, ['0abc12de34f567890'], []);
    index.put(1, ['4711'], []);
    expect(slots(index, '0abc12de34f567891')).toEqual([]);
    expect(slots(index, '4712')).toEqual([]);
    expect(slots(index, '0abc12de')).toEqual([0]);
  });

  it('replaced and removed rows leave neither hits nor memory behind', () => {
    const index = new LexicalIndex();
    for (let round = 0; round < 5_000; round++) index.put(round % 7, [`word${round}`], ['same']);
    expect(slots(index, 'word10')).toEqual([]);
    expect(index.terms).toBeLessThan(2_000);
    for (let slot = 0; slot < 7; slot++) index.remove(slot);
    index.sweep();
    expect(index.terms).toBe(0);
    expect(slots(index, 'same')).toEqual([]);
  });

  it('a sweep keeps every answer', () => {
    const index = new LexicalIndex();
    for (let slot = 0; slot < 9; slot++) index.put(slot, [`boat${slot}`, 'boat'], ['harbour']);
    index.put(3, ['ferry'], ['harbour']);
    index.remove(5);
    const before = [slots(index, 'boat'), slots(index, 'harbour'), slots(index, 'ferry')];
    index.sweep();
    expect([slots(index, 'boat'), slots(index, 'harbour'), slots(index, 'ferry')]).toEqual(before);
  });
});
