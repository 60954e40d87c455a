import { AppError } from '../../errors.ts';
import type { CollectionSpec, Condition, Filter, Point } from '../PointStore.ts';

/** What both engines refuse alike, before anything is sent: the engines differ in what they would swallow. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Collection and index names become part of SQL and of URLs. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,60}$/;

export function checkSpec(spec: CollectionSpec): void {
  for (const name of [spec.name, ...spec.indexedFields.map((field) => field.name)]) {
    if (!IDENTIFIER.test(name) || name.includes('__')) {
      throw new AppError(
        'INVALID_INPUT',
        `"${name}" cannot name a collection or an indexed field: use letters, digits and single underscores.`,
      );
    }
  }
}

/** @param vectorSize of the collection; 0 = it has no vectors. */
export function checkPoints(collection: string, vectorSize: number, points: readonly Point[]): void {
  for (const { id, vector } of points) {
    if (!UUID.test(id)) {
      throw new AppError(
        'INVALID_INPUT',
        `A point of ${collection} has the id "${id}", which is not a UUID.`,
      );
    }
    if (vector) checkVector(collection, vectorSize, vector);
  }
}

export function checkVector(collection: string, vectorSize: number, vector: Float32Array): void {
  if (vector.length !== vectorSize) {
    throw new AppError(
      'INVALID_INPUT',
      `${collection} holds vectors of ${vectorSize} numbers; this one has ${vector.length}.`,
    );
  }
  if (!vector.every(Number.isFinite)) {
    throw new AppError('INVALID_INPUT', `A vector for ${collection} holds a value that is not a number.`);
  }
}

export function checkFilter(filter: Filter | undefined): void {
  for (const condition of filter?.must ?? []) {
    // Qdrant's quoted path segments know no escape for a quote.
    if (condition.key === '' || condition.key.includes('"')) {
      throw new AppError('INVALID_INPUT', 'A filter key must not be empty or hold a double quote.');
    }
    // JSON turns NaN and Infinity into null, and a bound of null would match, or delete, everything.
    if (numbersOf(condition).some((value) => !Number.isFinite(value))) {
      throw new AppError(
        'INVALID_INPUT',
        `A filter on "${condition.key}" compares with a value that is not a number.`,
      );
    }
  }
}

function numbersOf(condition: Condition): number[] {
  if ('range' in condition) return Object.values(condition.range);
  const values: unknown[] = 'any' in condition ? condition.any : [condition.match];
  return values.filter((value) => typeof value === 'number');
}

/** The `reason` in the details of an `ensureCollection` that asks for other vectors than are stored. */
export const OTHER_VECTORS = 'other vectors';

export function otherVectors(spec: CollectionSpec, stored: { size: number; distance: string }): AppError {
  return new AppError(
    'INVALID_INPUT',
    `${spec.name} holds ${stored.size}-number ${stored.distance} vectors, but ${spec.vectorSize}-number ${spec.distance} vectors are asked for. It must be rebuilt, not reopened.`,
    { details: { reason: OTHER_VECTORS } },
  );
}

export function noSuchCollection(name: string): AppError {
  return new AppError('NOT_FOUND', `There is no collection "${name}" in this workspace.`);
}

/** Cosine collections keep unit vectors (as Qdrant does); a zero vector stays as it is and scores 0. */
export function normalised(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  const length = Math.sqrt(sum);
  return length === 0 ? vector : vector.map((x) => x / length);
}
