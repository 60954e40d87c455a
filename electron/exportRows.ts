import type { ResourceSummary } from '../preload/contract/models.ts';

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
  if (format === 'json') return Buffer.from(`${JSON.stringify(rows, null, 2)}\n`);
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','));
  return Buffer.from(`${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`);
}

/**
 * Quoted where needed. A value that a spreadsheet would run as a formula gets a leading apostrophe: names and
 * tags are whatever someone with an AWS key wrote.
 */
function cell(value: ResourceSummary[(typeof COLUMNS)[number]]): string {
  const text = value === null ? '' : typeof value === 'string' ? value : tagText(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tagText(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
}
