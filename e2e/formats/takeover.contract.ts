import { expect, test } from 'vitest';
import { differences } from './compare.ts';
import { Fixtures, withTemp } from './fixtures.ts';
import { readAll, type Told } from './read.ts';
import { type FolderAt, openFolder } from './workspace.ts';

const fixtures = new Fixtures('0.1.0');

async function tell(at: FolderAt): Promise<Told> {
  const { storage, close } = await openFolder(at);
  try {
    return await readAll(storage);
  } finally {
    await close();
  }
}

test.each(fixtures.folders())('$engine: $name is taken over whole, and opens again', ({ engine, name }) =>
  withTemp(async (temp) => {
    const said = fixtures.said(engine, name);
    const at = await fixtures.unpackFolder(engine, name, `${temp}/workspace`);
    const first = await tell(at);
    expect(differences(said, first)).toEqual([]);
    const again = await tell(at);
    expect(differences(said, again)).toEqual([]);
    expect(again.counts).toEqual(first.counts);
    expect(again.journal).toEqual(first.journal);
  }),
);
