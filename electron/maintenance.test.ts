import { expect, test } from 'vitest';
import { routes } from '../preload/contract/requests.ts';
import { JobRunner } from './jobs/jobs.ts';
import { Maintenance, type MaintenanceOptions } from './maintenance.ts';

test('a move that the next start would refuse is refused before anything is copied', () => {
  const jobs = new JobRunner({ emit: () => undefined, report: () => undefined });
  const untouched = () => {
    throw new Error('nothing is to be done');
  };
  const options: Partial<MaintenanceOptions> = {
    jobs,
    mode: 'sqlite',
    engine: untouched,
    whileStill: untouched,
  };
  const maintenance = new Maintenance(options as MaintenanceOptions);
  expect(() => maintenance.moveEngine({ kind: 'qdrant' }, 'window')).toThrow(
    expect.objectContaining({ code: 'INVALID_STATE', message: expect.stringContaining('CLOUDOPS_ENGINE') }),
  );
  expect(jobs.current()).toBeFalsy();
  // Else it reaches the screen as INTERNAL.
  expect(routes['storage.moveEngine'].errors).toContain('INVALID_STATE');
});
