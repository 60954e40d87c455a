import '../torture/effects.ts';

/** The data worker of a process that is killed while it takes a folder over. */
await import('../../electron/storage/dataWorker.ts');
