export interface FacetLine {
  value: string;
  count: number;
}

/** Most frequent first, at most `limit`; a chosen value is never hidden, not even with a count of 0. */
export function facetLines(values: FacetLine[], chosen: string[], limit: number): FacetLine[] {
  const sorted = values.toSorted((a, b) => b.count - a.count || a.value.localeCompare(b.value));
  const shown = sorted.filter((line, index) => index < limit || chosen.includes(line.value));
  const missing = chosen.filter((value) => !values.some((line) => line.value === value));
  return [...shown, ...missing.map((value) => ({ value, count: 0 }))];
}
