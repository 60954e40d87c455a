import { AppError } from '../../errors.ts';

/** `what` ends the sentence "The object x is damaged: …". */
export function damagedObject(name: string, what: string, details: Record<string, string> = {}): AppError {
  return new AppError(
    'BACKUP_DAMAGED',
    `The backup's object ${name} is damaged: ${what}. Nothing was changed. Use another backup.`,
    { details: { object: name, ...details } },
  );
}

export function newerBackup(what: string): AppError {
  return new AppError(
    'FORMAT_NEWER',
    `${what} was written by a newer version of this app. Nothing was changed. Update the app to use it.`,
  );
}

export function notFound(name: string, label: string): AppError {
  return new AppError('BACKUP_NOT_FOUND', `${name} is not in ${label}.`, { details: { object: name } });
}

/** A place's label (`the folder /x`) as the beginning of a sentence. */
export const sentence = (label: string) => label.replace(/^t/, 'T');
