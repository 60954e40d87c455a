import { expect, test } from 'vitest';
import { explainCrashLoop, explainExit } from './qdrantExit.ts';

/** Lines that Qdrant 1.18.3 printed over folders damaged on purpose. */
const DAMAGED_WAL = `2026-11-21T11:33:29.304658Z ERROR qdrant::startup: Panic occurred in file lib/collection/src/shards/replica_set/mod.rs at line 312: Failed to load local shard "/w/collections/x__1/0": Service internal error: Wal error: Can't init WAL: Custom { kind: InvalidData, error: "Illegal segment header" }`;
const RAFT = 'Error: Service internal error: json (de)serialization error: expected value at line 1 column 1';
const IN_USE = `Panic occurred in file lib/x.rs at line 1: Can't init WAL: Kind(WouldBlock)`;

test('a damaged log of the data is not taken for a folder in use', () => {
  expect(explainExit(DAMAGED_WAL)).toBeUndefined();
  expect(explainExit(IN_USE)).toMatchObject({ code: 'WORKSPACE_IN_USE' });
});

test.each([
  [DAMAGED_WAL, /cannot read its data folder.*Illegal segment header/],
  [RAFT, /cannot read its data folder.*json error|cannot read its data folder.*serialization error/],
  ['some text', /keeps ending unexpectedly/],
])('a crash loop says what it is over, and each way out', (log, words) => {
  const { code, message } = explainCrashLoop(log);
  expect(code).toBe('ENGINE_FAILED');
  expect(message).toMatch(words);
  expect(message).toMatch(/start the engine again; .*rebuild from the last backup; .*SQLite/);
  expect(message).not.toContain('lib/collection');
});
