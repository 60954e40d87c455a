import type { Schemas } from '@qdrant/js-client-rest';
import type { Payload, Point } from '../../PointStore.ts';

/** Named, so that a point may wait for its vector and a later model can add a second one. */
export const VECTOR = 'embedding';

const MAX_POINTS = 500;
/** A quarter of the server's request limit. */
const MAX_BYTES = 8_000_000;
/** A number of a vector as JSON text, with its comma, at most. */
const BYTES_PER_NUMBER = 24;

type Record = Pick<Schemas['Record'], 'id' | 'payload' | 'vector'>;

export function toQdrantPoint({ id, vector, payload }: Point): Schemas['PointStruct'] {
  return { id, payload, vector: vector ? { [VECTOR]: Array.from(vector) } : {} };
}

export function fromQdrant({ id, payload, vector }: Record): Point {
  const named =
    vector && !Array.isArray(vector) ? (vector as { [name: string]: unknown })[VECTOR] : undefined;
  return {
    id: String(id),
    vector: Array.isArray(named) ? Float32Array.from(named as number[]) : null,
    payload: (payload ?? {}) as Payload,
  };
}

/** Requests of at most 500 points and some 8 MB; a single larger point goes alone. */
export function* requests(points: readonly Point[]): Generator<Schemas['PointStruct'][]> {
  let batch: Schemas['PointStruct'][] = [];
  let bytes = 0;
  for (const point of points) {
    const size =
      Buffer.byteLength(JSON.stringify(point.payload)) + (point.vector?.length ?? 0) * BYTES_PER_NUMBER;
    if (batch.length > 0 && (batch.length === MAX_POINTS || bytes + size > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(toQdrantPoint(point));
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
