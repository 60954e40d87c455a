/** Two services of their own that answer through the API of RDS, by the engine it names. */
const OTHERS: Record<string, 'DocumentDB' | 'Neptune'> = { docdb: 'DocumentDB', neptune: 'Neptune' };

export type DatabaseProduct = 'RDS' | 'DocumentDB' | 'Neptune';

/** What the instance of this engine belongs to, as a person calls it. */
export function databaseProduct(engine: unknown): DatabaseProduct {
  return typeof engine === 'string' && Object.hasOwn(OTHERS, engine) ? (OTHERS[engine] ?? 'RDS') : 'RDS';
}
