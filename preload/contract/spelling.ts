/**
 * Names come from AWS, so from anyone who may tag. What makes one name pass for another, in a sentence or on a
 * screen, is decided here for both sides: nothing else may compare or show names by rules of its own.
 */

/** Characters nobody sees: controls, format and bidi marks, fillers, lone surrogates, private and unassigned ones. */
const HIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
/** Scripts with letters that pass for Latin ones, and Latin letters that pass for others. */
const DOUBTFUL_LETTER =
  /[\p{sc=Cyrl}\p{sc=Grek}\p{sc=Armn}\p{sc=Cher}\p{sc=Lisu}\u0131\u0237\u0250-\u02af\u1d00-\u1d25]/u;
const ASCII = /^[\x20-\x7e]+$/;

/** Each letter followed by the Latin one it passes for, both cases. */
const LOOKS_LIKE = pairs(
  'аa АA ВB еe ЕE ёe ЁE кk КK МM НH оo ОO рp РP сc СC ТT уy УY хx ХX іi ІI їi ЇI јj ЈJ ѕs ЅS ԁd Һh һh ԛq ԝw Ԝw ѵv Ѵv ӏl Ӏl ҽe ' +
    'αa ΑA βb ΒB εe ΕE ζz ΖZ ηn ΗH ιi ΙI κk ΚK ΜM νv ΝN οo ΟO ρp ΡP σo τt ΤT υu ΥY χx ΧX ωw γy ϲc ϳj ' +
    'օo սu հh ոn ցg զq յj աw ՕO ՍU ' +
    'ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᏒR ᏚS ᎢT ᏙV ᎳW ᏃZ ' +
    'ꓐB ꓑP ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU ' +
    'ıi ȷj ɑa ɡg ɢg ɩi ɪi ɴn ɵo ʀr ʋu ʏy ʜh ʟl ʙb ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz',
);
const OTHER_MARKS = pairs(
  "\u2212- \u02d7- \u2043- \u06d4- \u2018' \u2019' \u201a' \u201b' \u2032' \u00b4' `' \u02bc' " +
    '\u201c" \u201d" \u201e" \u201f" \u2033" \u00ab" \u00bb" \u3002. \uff61. \u2024. \u00b7. \u0589: \u2236: \u3001, \u060c, \u2044/ \u2215/',
);

const ALL_HIDDEN = new RegExp(HIDDEN.source, 'gu');

/**
 * The name as a sentence says it: case, hidden characters and the number of spaces are nobody's to type, so names
 * that differ in no more are one name to a sentence.
 */
export function asTyped(name: string): string {
  const lower = name.toLowerCase();
  return PLAIN.test(lower) ? lower : lower.replace(/\s+/gu, ' ').replace(ALL_HIDDEN, '').trim();
}

/**
 * Two names that a person could take for each other give the same text: without regard to case, to letters of
 * other scripts that look Latin, to accents, to what cannot be seen and to the kind of dash, quote and space.
 */
export function likeness(name: string): string {
  if (PLAIN.test(name) && !name.includes('`')) return name.toLowerCase();
  let text = '';
  for (const char of name.normalize('NFKD')) {
    if (/\s/u.test(char)) text += ' ';
    else if (/\p{Pd}/u.test(char)) text += '-';
    else if (!HIDDEN.test(char) && !/\p{M}/u.test(char))
      text += LOOKS_LIKE.get(char) ?? OTHER_MARKS.get(char) ?? char;
  }
  return text.toLowerCase().replace(/ +/g, ' ').trim();
}

/**
 * Whether a sentence that holds the name may mean something else: another name that looks the same, or a shorter
 * name with a sentence's own punctuation, quotes, brackets or wildcards around it.
 */
export function mayDeceive(name: string): boolean {
  return oddPlaces(name).size > 0 || /[,;|&+](?:\s|$)|\s[,;|&+](?:\S|$)|\*/.test(name);
}

/** The name with every character that could pass unseen or for another spelled out as \u{…}. */
export function spelled(name: string): string {
  const odd = oddPlaces(name);
  if (odd.size === 0) return name;
  let at = 0;
  let text = '';
  for (const char of name) {
    text += odd.has(at) ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char;
    at += char.length;
  }
  return text;
}

/** Where in the name (in UTF-16 units) its odd characters stand. */
function oddPlaces(name: string): Set<number> {
  const odd = new Set<number>();
  if (/^[\w](?:[\w./:@-]*\w)?$/.test(name)) return odd;
  addEdges(name, odd);
  let at = 0;
  for (const char of name) {
    const isSpace = /\s/u.test(char);
    const isDouble = isSpace && /\s/u.test(name[at - 1] ?? '');
    const isOther =
      OTHER_MARKS.has(char) && char !== '`' && char !== '·' && !/['"\u00ab\u00bb\u3001\u3002]/u.test(char);
    const isForm = !ASCII.test(char) && ASCII.test(char.normalize('NFKC'));
    if (HIDDEN.test(char) || (isSpace && char !== ' ') || isDouble || isOther || isForm) odd.add(at);
    if (/\p{Pd}/u.test(char) && char !== '-') odd.add(at);
    at += char.length;
  }
  addLetters(name, odd);
  return odd;
}

/** Marks at the ends: a sentence has them too. A bracket that the name itself opens is its own. */
function addEdges(name: string, odd: Set<number>): void {
  const isMark = (char: string) =>
    !/[\p{L}\p{N}\p{M}\p{Extended_Pictographic}_]/u.test(char) && /[\p{P}\p{S}\p{Z}]/u.test(char);
  const places = [...name.matchAll(/./gsu)].map((match) => ({ at: match.index, char: match[0] }));
  const first = places.findIndex(({ char }) => !isMark(char));
  const last = places.findLastIndex(({ char }) => !isMark(char));
  places.forEach(({ at, char }, i) => {
    const isOutside = first < 0 || i < first || i > last;
    if (!isOutside) return;
    const opening = { ')': '(', ']': '[', '}': '{' }[char];
    const isOwn = opening !== undefined && i > last && name.indexOf(opening) > (places[first]?.at ?? 0);
    if (!isOwn) odd.add(at);
  });
}

/** Letters that pass for Latin ones, in words that are otherwise Latin or hold nothing else. */
function addLetters(name: string, odd: Set<number>): void {
  for (const word of name.matchAll(/[\p{L}\p{M}]+/gu)) {
    const letters = [...word[0].matchAll(/./gsu)];
    const doubtful = letters.filter(([char]) => DOUBTFUL_LETTER.test(char));
    const isMixed = /[a-z]/i.test(word[0]);
    const isWhole = doubtful.every(([char]) => LOOKS_LIKE.has(char));
    if (isMixed || isWhole) for (const { index } of doubtful) odd.add(word.index + index);
  }
}

function pairs(text: string): Map<string, string> {
  return new Map(
    text.split(' ').flatMap((pair) => {
      const [from, ...to] = pair;
      return from ? [[from, to.join('')] as const] : [];
    }),
  );
}
