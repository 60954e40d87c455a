import { expect, test } from 'vitest';
import type { ResourceSummary } from '../preload/contract/models.ts';
import { formatRows } from './exportRows.ts';

const row: ResourceSummary = {
  id: 'a',
  resourceType: 'ec2_instance',
  service: 'ec2',
  accountId: '111122223333',
  region: 'us-west-2',
  nativeId: 'i-1',
  name: 'web "one", blue',
  arn: 'arn:aws:ec2:us-west-2:111122223333:instance/i-1',
  state: 'running',
  tags: { env: 'prod' },
  asOf: '2026-11-21T10:00:00.000Z',
};

test('quotes and commas in a name do not shift the columns', () => {
  const [, line] = formatRows([row], 'csv').toString().split('\r\n');
  expect(line).toMatch(/^"web ""one"", blue",ec2_instance,running,/);
});

/** The cells of a line as a spreadsheet set to `separator` reads them, with or without respect for quotes. */
function cells(line: string, separator: string, quotes: boolean): string[] {
  if (!quotes) return line.replaceAll('"', '').split(separator);
  const found: string[] = [];
  const pattern = new RegExp(
    `(?:"((?:[^"]|"")*)"[^${separator}]*|([^${separator}]*))(?:${separator}|$)`,
    'gy',
  );
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) throw new Error(`not read: ${line}`);
    found.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return found;
}

/** What is skipped before a formula by one spreadsheet or another. */
const SKIPPED = /^[\s"\p{Cf}\p{Cc}]*/u;

const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', '＋1', '－1', '＠SUM(A1)'];
const BEFORE = [
  '',
  ' ',
  '\t',
  '\r\n',
  '\ufeff',
  '\u200b',
  '\u202e',
  '"',
  'a;',
  'a; ',
  'a;"',
  'a\t',
  'a\n',
  '\u00a0',
];

test.each(FORMULAS.flatMap((formula) => BEFORE.map((before) => before + formula)))(
  'no spreadsheet runs a name or a tag, whatever it takes for a separator: %j',
  (text) => {
    const hostile = { ...row, name: text, state: text, tags: { [text]: text, env: text } };
    const [, ...lines] = formatRows([hostile], 'csv')
      .toString()
      .trimEnd()
      .split(/[\r\n]+/);
    expect(lines).toHaveLength(1);
    for (const separator of [',', ';', '\t'])
      for (const quotes of separator === ',' ? [true] : [true, false])
        for (const cell of cells(lines[0] ?? '', separator, quotes)) {
          const begins = cell.replace(SKIPPED, '');
          expect(begins, `read with ${separator}`).not.toMatch(/^[=+\-@＝＋－＠]/);
        }
  },
);

test('what turns or hides text is spelled out in CSV and escaped in JSON', () => {
  const tags = { 'a\u202eb': 'c\u0000d\ue000', face: '😀' };
  const csv = formatRows([{ ...row, tags }], 'csv').toString();
  expect(csv).toContain('a\\u{202e}b=c\\u{0}d');
  const json = formatRows([{ ...row, tags }], 'json').toString();
  expect(json).not.toMatch(/(?!\n)[\p{C}]/u);
  expect(JSON.parse(json)).toEqual([{ ...row, tags }]);
});

test('JSON keeps the rows as they are', () => {
  expect(JSON.parse(formatRows([row], 'json').toString())).toEqual([row]);
});
