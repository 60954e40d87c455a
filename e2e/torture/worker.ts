import './effects.ts';
import { FORMATS } from '../../electron/storage/maintenance/formats.ts';
import { Control } from './control.ts';

/** The data worker of a process that is to die. */
const control = Control.get();

/** Formats of the estate that differ in nothing but their number. */
const known = FORMATS.aws_estate;
Object.defineProperty(FORMATS, 'aws_estate', { get: () => known + control.format - 1 });

await import('../../electron/storage/dataWorker.ts');
