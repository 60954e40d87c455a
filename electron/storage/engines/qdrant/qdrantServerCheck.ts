import { AppError } from '../../../errors.ts';
import { checkSupported, parseQdrantVersion } from '../../../process/qdrantVersion.ts';
import type { QdrantConnection } from './QdrantConnection.ts';

/**
 * That a server which is not ours is a Qdrant of a version this app speaks to. Throws AppError ENGINE_FAILED.
 */
export async function checkServer(connection: QdrantConnection): Promise<void> {
  const answer: unknown = await connection.call((client) => client.versionInfo());
  const { title, version } = asRecord(answer);
  const known = typeof title === 'string' && /qdrant/i.test(title) && typeof version === 'string';
  const parsed = known ? parseQdrantVersion(version) : null;
  if (parsed === null) {
    throw new AppError(
      'ENGINE_FAILED',
      'What answers at this address is not a Qdrant server. Check the address and its port.',
    );
  }
  checkSupported(parsed);
}

function asRecord(answer: unknown): Record<string, unknown> {
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}
