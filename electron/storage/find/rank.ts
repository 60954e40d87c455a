import type { QueryChip } from '../../../preload/contract/models.ts';
import { matchPhrase } from './dictionary.ts';
import type { ExactNames, NamedRun } from './exactNames.ts';
import type { Facet, Understood } from './facet.ts';
import { NameScorer, readName } from './nameScore.ts';
import type { Row } from './rowStore.ts';
import { type Estate, facetTest, structuredScores } from './structured.ts';
import { singular, splitWords } from './text.ts';
import { isNegation, isStopWord } from './tokens.ts';
import { understand } from './understand.ts';

/** Shares of the parts, each divided by its own maximum first. */
const WEIGHTS = { structured: 2, lexical: 0.5, name: 0.25, fragment: 1.5, dense: 0.35 };
/** Rows below this share of the best are not worth showing. */
const WORTH_SHOWING = 0.6;
/** The same beside a resource that was named in full. */
const WORTH_SHOWING_BESIDE_NAMED = 0.75;
/** Above any sum of the parts: a resource named in full comes first. */
const NAMED_TIER = 10;
/** The name rule compares letters, so it looks only at the best by the other parts. */
const NAMES_COMPARED = 1_500;
/** The same when types, places and tags explain every word, so that names only break ties. */
const NAMES_COMPARED_IF_EXPLAINED = 300;
/** How much of the lexical score a row keeps when it has none of the query's other words. */
const UNCOVERED_SHARE = 0.4;

export interface Ranking {
  /** By slot; 0 = not worth showing. */
  scores: Float32Array;
  /** Named in full, best first. */
  named: Row[];
  chips: QueryChip[];
}

export interface RankOptions {
  text: string;
  ignoreChips: readonly string[];
  now: number;
  /** Similarity by resource id from the vector search, when there is one. */
  dense?: ReadonlyMap<string, number> | undefined;
}

/** Ranks the estate for a text; null when the text is blank. */
export function rank(options: RankOptions, names: ExactNames, estate: Estate): Ranking | null {
  const { text, ignoreChips, now } = options;
  if (text.trim() === '') return null;
  const { store, lexical } = estate;
  const runs = meantRuns(text, names.findIn(text)).filter((run) => !ignoreChips.includes(nameChip(run).id));
  const understood = understand(text, runs, ignoreChips, {
    now,
    tags: store.tags.pairs,
    states: store.states,
    words: {
      has: (word) => lexical.has(word),
      isKnown: (word) => lexical.knows(word),
      correct: (word) => lexical.correct(word),
    },
  });
  const sure = agreeing(runs, understood.facets, estate);
  const named = sure.flatMap((run) => run.rows);
  const scores = combined(options, understood, estate);
  keepBest(scores, named);
  return { scores, named: [...new Set(named)], chips: chipsOf(sure, understood, ignoreChips) };
}

/**
 * The runs that are meant as names. A plain word that the dictionary knows (`default`, `production`) is one
 * only in quotes or when nothing else is said.
 */
function meantRuns(text: string, runs: NamedRun[]): NamedRun[] {
  return runs.filter((run) => {
    if (run.quoted || /[\p{L}\d][-_./:][\p{L}\d]|\d/u.test(run.text)) return true;
    const words = splitWords(run.text).map(singular);
    const phrase = matchPhrase(words, 0);
    const isOrdinary =
      phrase?.length === words.length || words.every((word) => isStopWord(word) || isNegation(word));
    if (!isOrdinary) return true;
    const rest = splitWords(`${text.slice(0, run.start)} ${text.slice(run.end)}`).map(singular);
    return rest.every(isStopWord);
  });
}

/**
 * Of several resources with one name, those that the said type, region and account fit, if any does.
 * States and tags do not decide here: they change, or are missing, and a wrong target is worse than a question.
 */
function agreeing(runs: NamedRun[], facets: Facet[], estate: Estate): NamedRun[] {
  const deciding = facets.filter(
    (f) => ['type', 'region', 'account'].includes(f.chip.kind) && !f.negated && f.weight === 1,
  );
  const tests = deciding.map((facet) => facetTest(facet, estate));
  return runs.flatMap((run) => {
    let { rows } = run;
    for (const test of tests) {
      const fitting = rows.filter((row) => test(row.slot) > 0);
      if (fitting.length > 0) rows = fitting;
      // "checkout lambda" is not the table called checkout.
      else if (!run.quoted && /^\p{L}+$/u.test(run.text)) return [];
    }
    return [{ ...run, rows }];
  });
}

function combined(options: RankOptions, understood: Understood, estate: Estate): Float32Array {
  const { store, lexical } = estate;
  const scores = new Float32Array(store.slots);
  const structured = structuredScores(understood.facets, estate);
  const hits = lexical.search(understood.words, store.slots);
  for (let slot = 0; slot < scores.length; slot++) {
    if (hits.found[slot] === 0) continue;
    const coverage = (hits.found[slot] as number) / (understood.words.length || 1);
    hits.scores[slot] = (hits.scores[slot] as number) * (UNCOVERED_SHARE + (1 - UNCOVERED_SHARE) * coverage);
  }
  if (structured) addShare(scores, structured, WEIGHTS.structured);
  addShare(scores, hits.scores, WEIGHTS.lexical);
  if (options.dense) addShare(scores, bySlot(options.dense, estate), WEIGHTS.dense);
  const fragments = fragmentsOf(options.text);
  const weight = fragments.length > 0 ? WEIGHTS.fragment : WEIGHTS.name;
  addShare(scores, nameScores(scores, understood, fragments, estate), weight);
  return scores;
}

function addShare(scores: Float32Array, part: Float32Array, weight: number): void {
  const most = largest(part);
  if (most === 0) return;
  const factor = weight / most;
  for (let slot = 0; slot < part.length; slot++) {
    scores[slot] = (scores[slot] as number) + (part[slot] as number) * factor;
  }
}

function largest(values: Float32Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > most) most = values[i] as number;
  return most;
}

function bySlot(dense: ReadonlyMap<string, number>, { store }: Estate): Float32Array {
  const scores = new Float32Array(store.slots);
  for (const [id, similarity] of dense) {
    const row = store.byId(id);
    if (row) scores[row.slot] = Math.max(0, similarity);
  }
  return scores;
}

/** Parts of the text that are written like names (`prod-orders`, not `multi-az` or `us-west-2`). */
function fragmentsOf(text: string): string[][] {
  return (text.match(/[\p{L}\d]+(?:[-_.][\p{L}\d]+)+/gu) ?? [])
    .map((chunk) => splitWords(chunk))
    .filter((words) => words.length > 1 && !isSaid(words.map(singular)));
}

/** The dictionary explains every word: nothing of it is a name. */
function isSaid(words: string[]): boolean {
  for (let i = 0; i < words.length; ) {
    const phrase = matchPhrase(words, i);
    if (!phrase && !isStopWord(words[i] ?? '') && !isNegation(words[i] ?? '')) return false;
    i += phrase?.length ?? 1;
  }
  return true;
}

function nameScores(
  scores: Float32Array,
  { unexplained, words }: Understood,
  fragments: string[][],
  { store }: Estate,
): Float32Array {
  const found = new Float32Array(scores.length);
  const said = words.map(({ word }) => word);
  const phrases =
    fragments.length > 0 ? fragments : unexplained.length < said.length ? [said, unexplained] : [said];
  const scorers = phrases.map((phrase) => new NameScorer(phrase));
  const most = fragments.length + unexplained.length > 0 ? NAMES_COMPARED : NAMES_COMPARED_IF_EXPLAINED;
  const bar = scoreOfRank(scores, most);
  let compared = 0;
  for (let slot = 0; slot < scores.length && compared < most; slot++) {
    const score = scores[slot] as number;
    const row = score > 0 && score >= bar ? store.rows[slot] : undefined;
    if (!row) continue;
    compared += 1;
    const name = readName(row.name);
    for (const scorer of scorers) found[slot] = Math.max(found[slot] as number, scorer.score(name));
  }
  return found;
}

/** A score that about `rank` slots reach. */
function scoreOfRank(scores: Float32Array, rank: number): number {
  const steps = 2_048;
  const counts = new Uint32Array(steps + 1);
  const best = largest(scores);
  if (best === 0) return 0;
  for (let slot = 0; slot < scores.length; slot++) {
    const step = Math.floor(((scores[slot] as number) / best) * steps);
    counts[step] = (counts[step] as number) + 1;
  }
  let reached = 0;
  for (let step = steps; step > 0; step--) {
    reached += counts[step] as number;
    if (reached >= rank) return (step / steps) * best;
  }
  return 0;
}

/** Lifts the named and drops what is far from the best. */
function keepBest(scores: Float32Array, named: readonly Row[]): void {
  const bar = largest(scores) * (named.length > 0 ? WORTH_SHOWING_BESIDE_NAMED : WORTH_SHOWING);
  for (let slot = 0; slot < scores.length; slot++) if ((scores[slot] as number) < bar) scores[slot] = 0;
  for (const row of new Set(named)) scores[row.slot] = (scores[row.slot] as number) + NAMED_TIER;
}

const nameChip = (run: NamedRun): QueryChip => ({
  id: `name:${run.text.toLowerCase()}`,
  kind: 'name',
  label: run.text,
  words: run.text,
});

function chipsOf(sure: NamedRun[], { facets }: Understood, ignored: readonly string[]): QueryChip[] {
  const chips = [...sure.map(nameChip), ...facets.map((facet) => facet.chip)];
  const unique = new Map(chips.map((chip) => [chip.id, chip]));
  for (const id of ignored) unique.delete(id);
  return [...unique.values()];
}
