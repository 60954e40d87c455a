/** A quantity or a time that a query compares with: `over 500 gb`, `older than 90 days`, `created in 2024`. */
export interface Measure {
  start: number;
  end: number;
  /** What the chip says. */
  label: string;
  quantity: 'storage' | 'time-out' | 'created';
  /** In GiB (memory: the same number times 1024 in MiB), seconds, or milliseconds since 1970. */
  min: number;
  max: number;
}

const MORE =
  'more than|greater than|larger than|bigger than|longer than|higher than|at least|over|above|exceeding|from|minimum|min|>=|>';
const LESS =
  'less than|smaller than|shorter than|lower than|at most|fewer than|under|below|up to|maximum|max|<=|<';
const QUANTITY = new RegExp(
  `(?:(${MORE}|${LESS})\\s*)?\\b(\\d+(?:\\.\\d+)?)\\s*(tb|tib|terabytes?|gb|gib|gigs?|gigabytes?|mb|mib|megs?|megabytes?|seconds?|secs?|minutes?|mins?)\\b`,
  'gi',
);
const AGE = new RegExp(
  '\\b(older than|newer than|younger than|(?:created |launched |made |started )?(?:more than|less than|over|within|in|during)?\\s*(?:the )?(?:last|past))\\s+' +
    '(\\d+|a|an|one|two|three|six)?\\s*(day|week|month|quarter|year)s?\\b',
  'gi',
);
const DATE =
  /\b(?:(?:created|launched|made|built|started|set up)\s+)?(before|after|since|in|during|from|until|prior to)\s+((?:19|20)\d\d)(?:-(\d\d))?(?:-(\d\d))?\b/gi;
const RECENT =
  /\b(recently (?:created|launched|added|made)|newly (?:created|launched|added)|created (?:today|yesterday)|(?:created |launched )?this (?:week|month|year))\b/gi;

const DAY = 86_400_000;
const UNIT_DAYS: Record<string, number> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };
const NUMBERS: Record<string, number> = { a: 1, an: 1, one: 1, two: 2, three: 3, six: 6 };
const ALWAYS = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** The measures in a text, in no particular order; `now` in milliseconds since 1970. */
export function findMeasures(text: string, now: number): Measure[] {
  return [...quantities(text), ...ages(text, now), ...dates(text), ...recent(text, now)];
}

function quantities(text: string): Measure[] {
  return [...text.matchAll(QUANTITY)].map((match) => {
    const [whole, comparison = '', amount = '', unit = ''] = match;
    const isTime = /^[sm](?:ec|in)/i.test(unit);
    const value = Number(amount) * factorOf(unit.toLowerCase());
    const bounds = boundsOf(comparison.toLowerCase(), value);
    return { ...spanOf(match), label: whole.trim(), quantity: isTime ? 'time-out' : 'storage', ...bounds };
  });
}

/** To GiB or seconds. */
function factorOf(unit: string): number {
  if (unit.startsWith('t')) return 1_024;
  if (unit.startsWith('g')) return 1;
  if (unit.startsWith('me') || unit === 'mb' || unit === 'mib') return 1 / 1_024;
  return unit.startsWith('mi') ? 60 : 1;
}

function boundsOf(comparison: string, value: number): { min: number; max: number } {
  if (comparison === '') return { min: value * 0.999, max: value * 1.001 };
  const least = /least|from|min|>=/.test(comparison);
  const most = /most|up to|max|<=/.test(comparison);
  if (least) return { ...ALWAYS, min: value };
  if (most) return { ...ALWAYS, max: value };
  const more = new RegExp(`^(?:${MORE})$`).test(comparison);
  return more ? { ...ALWAYS, min: value * 1.000_01 } : { ...ALWAYS, max: value * 0.999_99 };
}

function ages(text: string, now: number): Measure[] {
  return [...text.matchAll(AGE)].map((match) => {
    const [whole, comparison = '', amount = '1', unit = ''] = match;
    const days = (NUMBERS[amount.toLowerCase()] ?? Number(amount)) * (UNIT_DAYS[unit.toLowerCase()] ?? 1);
    const moment = now - days * DAY;
    const older = /older|more than|over/i.test(comparison);
    const bounds = older ? { ...ALWAYS, max: moment } : { ...ALWAYS, min: moment };
    return { ...spanOf(match), label: whole.trim(), quantity: 'created', ...bounds };
  });
}

function dates(text: string): Measure[] {
  return [...text.matchAll(DATE)].map((match) => {
    const [whole, relation = '', year = '', month, day] = match;
    const begin = Date.UTC(Number(year), month ? Number(month) - 1 : 0, day ? Number(day) : 1);
    const end = day ? begin + DAY : Date.UTC(Number(year) + (month ? 0 : 1), month ? Number(month) : 0, 1);
    const label = whole.trim();
    const span = { ...spanOf(match), label, quantity: 'created' as const };
    if (/before|until|prior/i.test(relation)) return { ...span, ...ALWAYS, max: begin };
    if (/after/i.test(relation)) return { ...span, ...ALWAYS, min: end };
    if (/since/i.test(relation)) return { ...span, ...ALWAYS, min: begin };
    return { ...span, min: begin, max: end };
  });
}

function recent(text: string, now: number): Measure[] {
  return [...text.matchAll(RECENT)].map((match) => {
    const words = match[0].toLowerCase();
    const days = /today/.test(words)
      ? 1
      : /yesterday/.test(words)
        ? 2
        : /week/.test(words)
          ? 7
          : /year/.test(words)
            ? 365
            : 30;
    return { ...spanOf(match), label: match[0], quantity: 'created', ...ALWAYS, min: now - days * DAY };
  });
}

const spanOf = (match: RegExpExecArray) => ({ start: match.index, end: match.index + match[0].length });
