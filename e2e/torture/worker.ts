import './effects.ts';
import { POINT_MIGRATIONS } from '../../electron/storage/maintenance/pointMigrations.ts';
import { Control } from './control.ts';

/** The data worker of a process that is to die. */
const control = Control.get();

/** Formats of the estate that differ in nothing but their number: every point is copied, rewritten and swapped. */
Object.defineProperty(POINT_MIGRATIONS, 'aws_estate', {
  get: () =>
    Array.from({ length: control.format - 1 }, (_, step) => ({
      to: step + 2,
      run: <T>(point: T) => point,
    })),
});

await import('../../electron/storage/dataWorker.ts');
