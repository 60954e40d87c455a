/** Turns texts into vectors. Adapters: a model on disk, or one a test brings. */
export interface EmbeddingProvider {
  /** Shown as "meaning comes from …". */
  readonly name: string;
  /** Length of every vector. */
  readonly dimension: number;
  /** One vector of length 1 (L2) per text, in order. */
  embed(texts: string[]): Promise<Float32Array[]>;
}
