import { beforeEach, describe, expect, test } from 'vitest';
import { clearSearch, ignoreChip, place, setText, show, toggleFacet, useExplorer } from './store.ts';

const now = () => useExplorer.getState();

describe('what the Explorer looks for', () => {
  beforeEach(clearSearch);

  test('a chip stays ignored while its words are typed on, and no longer', () => {
    setText('stopped db');
    ignoreChip('state:stopped', 'stopped');
    setText('Stopped db us-west-2');
    expect(now().ignored.map(({ id }) => id)).toEqual(['state:stopped']);
    setText('web');
    setText('web stopped');
    expect(now().ignored).toEqual([]);
  });

  test('the last value taken out of a facet leaves no empty filter, which would match nothing', () => {
    toggleFacet('regions', 'us-west-2');
    toggleFacet('regions', 'eu-west-1');
    expect(now().filter).toEqual({ regions: ['us-west-2', 'eu-west-1'] });
    toggleFacet('regions', 'us-west-2');
    toggleFacet('regions', 'eu-west-1');
    expect(now().filter).toEqual({});
  });

  test('another question starts at the top', () => {
    place.top = 900;
    setText('x');
    expect(place.top).toBe(0);
  });

  test('a query shown from elsewhere replaces all that was set here', () => {
    toggleFacet('states', 'stopped');
    show({ text: 'db', filter: { regions: ['us-west-2'] }, sort: [], ignoreChips: ['c'] });
    expect(now()).toMatchObject({ text: 'db', filter: { regions: ['us-west-2'] }, ignored: [{ id: 'c' }] });
    expect(now().filter).not.toHaveProperty('states');
  });
});
