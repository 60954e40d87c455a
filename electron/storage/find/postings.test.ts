import { expect, test } from 'vitest';
import { Postings } from './postings.ts';
import { Vocabulary } from './vocabulary.ts';
import { Words } from './words.ts';

/** The same in every run. */
function randomly(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

test('lists of postings come back as they were written, however they grow side by side', () => {
  const random = randomly(3);
  const postings = new Postings();
  const plain = new Map<number, number[]>();
  for (let document = 0; document < 60_000; document += 1 + random(3) ** 6) {
    for (let n = random(6); n > 0; n -= 1) {
      // Few lists are long, most have one posting.
      const list = random(2) ? random(5) : random(3_000);
      const counts = random(256);
      postings.append(list, document, counts);
      plain.set(list, [...(plain.get(list) ?? []), document * 256 + counts]);
    }
  }
  for (let list = 0; list < 3_000; list += 1) {
    expect([...postings.read(list)]).toEqual(plain.get(list) ?? []);
    expect(postings.count(list)).toBe(plain.get(list)?.length ?? 0);
  }
});

test('words keep their number; what begins alike, holds other letters or is empty is told apart', () => {
  const random = randomly(5);
  const letters = ['a', 'b', 'é', '水', '😀', '1'];
  const words = new Words();
  const plain = new Map<string, number>();
  for (let n = 0; n < 20_000; n += 1) {
    const word = Array.from({ length: random(7) }, () => letters[random(letters.length)]).join('');
    if (!plain.has(word)) plain.set(word, plain.size);
    expect(words.add(word)).toBe(plain.get(word));
  }
  expect(words.size).toBe(plain.size);
  for (const [word, number] of plain) {
    expect(words.find(word)).toBe(number);
    expect(words.word(number)).toBe(word);
    expect(words.startsWith(number, Buffer.from(word.slice(0, 1)))).toBe(
      Buffer.from(word)
        .subarray(0, Buffer.from(word.slice(0, 1)).length)
        .equals(Buffer.from(word.slice(0, 1))),
    );
  }
  expect(words.find('never')).toBe(-1);
});

test('words by their beginning are the same sorted in or waiting, and after a rewrite', () => {
  const vocabulary = new Vocabulary();
  const found = () => vocabulary.withPrefix('bo').map(({ word }) => word);
  for (let n = 0; n < 30; n += 1) vocabulary.add(`w${n}`, n, 1);
  vocabulary.add('boat', 40, 1);
  vocabulary.add('bo', 41, 1);
  vocabulary.add('ferry', 41, 16);
  expect(found()).toEqual(['boat', 'bo']);
  vocabulary.settle(0);
  vocabulary.add('boats', 42, 1);
  expect(found()).toEqual(['bo', 'boat', 'boats']);
  const renumbered = new Int32Array(43).fill(-1);
  renumbered[41] = 0;
  renumbered[42] = 1;
  vocabulary.rewrite(renumbered);
  expect(found()).toEqual(['bo', 'boats']);
  expect(vocabulary.size).toBe(3);
  const ferry = vocabulary.get('ferry');
  expect(ferry && [...vocabulary.postings(ferry)]).toEqual([16]);
});
