import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDurability } from './engines/contract/durability.ts';
import {
  type EngineUnderTest,
  openEngine,
  qdrantUnderTest,
  removeTestCollections,
} from './engines/contract/engines.ts';
import { describeFilters } from './engines/contract/filters.ts';
import { describePoints } from './engines/contract/points.ts';
import { describeQuery } from './engines/contract/query.ts';
import { describeReplace } from './engines/contract/replace.ts';
import { describeScroll } from './engines/contract/scroll.ts';
import type { PointStore } from './PointStore.ts';

/** What every engine promises. The suite runs on SQLite, and on a real Qdrant wherever one is found. */
const qdrant = qdrantUnderTest();
const engines: EngineUnderTest[] = [{ engine: 'sqlite' }, ...(qdrant ? [qdrant] : [])];

describe.each(engines)('PointStore on $engine', (under) => {
  let folder: string;
  let store: PointStore;
  const open = () => store;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudops-contract-'));
    store = await openEngine(under, folder);
  });
  afterAll(async () => {
    await store?.close();
    await removeTestCollections(under);
    await rm(folder, { recursive: true, force: true });
  });

  it('says which engine it is and that it is ready', () => {
    expect(store.kind).toBe(under.engine);
    expect(store.status().state).toBe('ready');
  });

  describe('points', () => describePoints(open));
  describe('filters', () => describeFilters(open));
  describe('scroll', () => describeScroll(open));
  describe('vector query', () => describeQuery(open));
  describe('replacement', () => describeReplace(open));
  describe('durability', () => describeDurability(under));
});
