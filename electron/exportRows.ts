import type { ResourceSummary } from '../preload/contract/models.ts';
import { spelledOut } from '../preload/contract/text.ts';

const COLUMNS = [
  'name',
  'resourceType',
  'state',
  'accountId',
  'region',
  'nativeId',
  'arn',
  'tags',
  'asOf',
] as const;

/** CSV (RFC 4180) with a header row, or a JSON array. */
export function formatRows(rows: ResourceSummary[], format: 'csv' | 'json'): Buffer {
  if (format === 'json') return Buffer.from(`${escaped(JSON.stringify(rows, null, 2))}\n`);
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','));
  return Buffer.from(`${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`);
}

/**
 * The same value for every reader, with the characters that turn or hide text in an editor as escapes of JSON.
 * They stand in strings only; the line ends of the layout stay.
 */
function escaped(json: string): string {
  return json.replace(/(?![\n])[\p{C}\p{Zl}\p{Zp}]/gu, (char) =>
    [...Array(char.length).keys()]
      .map((unit) => `\\u${char.charCodeAt(unit).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/**
 * What a spreadsheet begins a formula with, in its plain and its full-width form, also behind spaces and quotes,
 * which some skip. A spreadsheet set to `;` or tabs as separators begins a cell there whatever the quotes say.
 */
const FORMULA = /(^|[;\t])([\s"']*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * Quoted where needed. What cannot be seen is spelled out (a byte-order mark before a formula, line ends, marks
 * that turn the text), and what a spreadsheet would run as a formula gets an apostrophe: names and tags are
 * whatever someone with an AWS key wrote.
 */
function cell(value: ResourceSummary[(typeof COLUMNS)[number]]): string {
  const text = value === null ? '' : typeof value === 'string' ? value : tagText(value);
  const safe = spelledOut(text).replace(FORMULA, "$1'$2");
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tagText(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
}
