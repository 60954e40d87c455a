import { describe, expect, test } from 'vitest';
import type { RequestError } from './client.ts';
import { PAGE_ROWS, RowWindow } from './rowWindow.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const failure = (code: string) => Object.assign(new Error(code), { data: { code } }) as RequestError;

/** Rows are `<result>:<index>`; every request is recorded and may be held back. */
function setUp() {
  const asked: string[] = [];
  const held: (() => void)[] = [];
  const state = { hold: false, fail: null as RequestError | null, gone: 0 };
  const rows = new RowWindow<string>(
    async (resultId, offset, limit) => {
      asked.push(`${resultId} ${offset}+${limit}`);
      if (state.hold) await new Promise<void>((resolve) => held.push(resolve));
      if (state.fail) throw state.fail;
      return Array.from({ length: limit }, (_, index) => `${resultId}:${offset + index}`);
    },
    () => {
      state.gone++;
    },
  );
  return { rows, asked, held, state };
}

describe('RowWindow', () => {
  test('asks for the pages in view, once each, never beyond the end or the limit', async () => {
    const { rows, asked } = setUp();
    rows.setResult('r', 450);
    rows.ensure(190, 449);
    rows.ensure(190, 449);
    expect(asked).toEqual(['r 0+200', 'r 200+200', 'r 400+50']);
    await settled();
    rows.ensure(0, 900);
    expect(asked).toHaveLength(3);
    expect(rows.row(449)).toBe('r:449');
    expect(rows.row(450)).toBeUndefined();
  });

  test('a refetched result shows the old rows until the new ones are there', async () => {
    const { rows, held, state } = setUp();
    rows.setResult('old', 10);
    rows.ensure(0, 9);
    await settled();
    state.hold = true;
    rows.setResult('new', 9);
    rows.ensure(0, 8);
    expect(rows.row(3)).toBe('old:3');
    expect(rows.isFresh(3)).toBe(false);
    expect(rows.row(9)).toBeUndefined();
    held[0]?.();
    await settled();
    expect(rows.row(3)).toBe('new:3');
    expect(rows.isFresh(3)).toBe(true);
  });

  test('an answer to the result before is not taken for the present one', async () => {
    const { rows, held, state } = setUp();
    state.hold = true;
    rows.setResult('old', 10);
    rows.ensure(0, 9);
    rows.setResult('new', 10);
    rows.ensure(0, 9);
    held[1]?.();
    await settled();
    held[0]?.();
    await settled();
    expect(rows.row(0)).toBe('new:0');
  });

  test('RESULT_GONE asks for the query once, not once per page, and then starts over', async () => {
    const { rows, state, asked } = setUp();
    state.fail = failure('RESULT_GONE');
    rows.setResult('r', 1_000);
    rows.ensure(0, 999);
    await settled();
    rows.ensure(0, 999);
    expect(state.gone).toBe(1);
    expect(asked).toHaveLength(5);
    state.fail = null;
    rows.setResult('r2', 1_000);
    rows.ensure(0, 10);
    await settled();
    expect(rows.row(0)).toBe('r2:0');
  });

  test('another failure is kept to be shown, and nothing is asked until the person retries', async () => {
    const { rows, state, asked } = setUp();
    state.fail = failure('STORAGE_FAILED');
    rows.setResult('r', 10);
    rows.ensure(0, 9);
    await settled();
    expect(rows.error).toBe(state.fail);
    rows.ensure(0, 9);
    expect(asked).toHaveLength(1);
    state.fail = null;
    rows.retry();
    rows.ensure(0, 9);
    await settled();
    expect(rows.error).toBeNull();
    expect(rows.row(0)).toBe('r:0');
  });

  test('scrolling through 100,000 rows keeps a bounded number of them', async () => {
    const { rows, asked } = setUp();
    rows.setResult('r', 100_000);
    for (let first = 0; first < 100_000; first += PAGE_ROWS) {
      rows.ensure(first, first + 40);
      await settled();
    }
    const kept = Array.from({ length: 100_000 }, (_, index) => rows.row(index)).filter(Boolean).length;
    expect(kept).toBeLessThanOrEqual(8_000);
    expect(rows.row(99_999)).toBe('r:99999');
    const before = asked.length;
    rows.ensure(0, 10);
    expect(asked.length).toBe(before + 1);
  });

  test('a range takes what is here and fetches the rest, in order, 200 at most at a time', async () => {
    const { rows, asked } = setUp();
    rows.setResult('r', 1_000);
    rows.ensure(0, 10);
    await settled();
    const found = await rows.range(150, 650);
    expect(found).toHaveLength(501);
    expect(found[0]).toBe('r:150');
    expect(found.at(-1)).toBe('r:650');
    expect(asked.slice(1)).toEqual(['r 200+200', 'r 400+200', 'r 600+51']);
  });
});
