import { AppError } from '../errors.ts';

/** Throws FORMAT_NEWER for a record of a newer app: what it holds must not be read by guesses, or written back. */
export function refuseNewerRecord(collection: string, schema: number, known: number): void {
  if (!(schema > known)) return;
  throw new AppError(
    'FORMAT_NEWER',
    `The records of ${collection} were written by a newer version of this app. Nothing was changed. Update the app to open this workspace.`,
  );
}
