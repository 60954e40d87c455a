import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../preload/contract/models.ts';
import { Job as JobModel } from '../../preload/contract/models.ts';
import { AppError } from '../errors.ts';
import type { Emit } from '../events.ts';
import { type JobHandle, JobRunner } from './jobs.ts';

function bench() {
  const seen: Job[] = [];
  const reported: unknown[] = [];
  const emit: Emit = (name, payload) => {
    if (name === 'job.changed') seen.push(payload as Job);
  };
  const jobs = new JobRunner({ emit, report: (error) => reported.push(error), throttleMs: 250 });
  return { jobs, seen, reported };
}

/** Work that goes on until the test says so. */
function held() {
  let handle: JobHandle | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<{ result: string }>();
  const begun = Promise.withResolvers<JobHandle>();
  const work = (given: JobHandle) => {
    handle = given;
    begun.resolve(given);
    given.signal.addEventListener('abort', () => reject(given.signal.reason));
    return promise;
  };
  return {
    work,
    begun: begun.promise,
    finish: (result: string) => resolve({ result }),
    fail: reject,
    handle: () => handle,
  };
}

afterEach(() => void vi.useRealTimers());

describe('JobRunner', () => {
  it('refuses a second job while one runs, and names the first', async () => {
    const { jobs } = bench();
    const first = held();
    const job = jobs.start('backup', first.work);
    expect(() => jobs.start('restore', held().work)).toThrow(/A backup is under way/);
    first.finish('done');
    await jobs.settled(job.jobId);
    expect(() => jobs.requireIdle()).not.toThrow();
  });

  it('tells a job that was cancelled from one that failed', async () => {
    const { jobs, reported } = bench();
    const { work } = held();
    const job = jobs.start('backup', work);
    jobs.cancel(job.jobId);
    const ended = await jobs.settled(job.jobId);
    expect(ended).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
    expect(ended.finishedAt).not.toBeNull();
    expect(reported).toEqual([]);
  });

  it('does not call a failure "cancelled" merely because cancel was pressed before it', async () => {
    const { jobs } = bench();
    const { promise, reject } = Promise.withResolvers<{ result: string }>();
    const job = jobs.start('restore', () => promise);
    await Promise.resolve();
    jobs.cancel(job.jobId);
    reject(new AppError('DISK_FULL', 'The disk is full.'));
    expect(await jobs.settled(job.jobId)).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  });

  it('says "done" when the work finished before it saw the cancel', async () => {
    const { jobs } = bench();
    const { promise, resolve } = Promise.withResolvers<{ result: string }>();
    const job = jobs.start('backup', () => promise);
    await Promise.resolve();
    jobs.cancel(job.jobId);
    resolve({ result: '3 parts saved' });
    expect(await jobs.settled(job.jobId)).toMatchObject({ state: 'done', result: '3 parts saved' });
  });

  it('keeps the text of an unforeseen error from the screen, and reports it', async () => {
    const { jobs, reported } = bench();
    const job = jobs.start('export', () => Promise.reject(new Error('AKIASECRET in /home/somebody')));
    const ended = await jobs.settled(job.jobId);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
    expect(ended.error?.message).not.toMatch(/AKIASECRET|somebody/);
    expect(reported).toHaveLength(1);
  });

  it('announces a flood of progress a few times a second, and the last of it always', async () => {
    vi.useFakeTimers();
    const { jobs, seen } = bench();
    const { work, begun, finish } = held();
    const job = jobs.start('backup', work);
    const handle = await begun;
    handle.step('Writing', 1_000, 'records');
    const before = seen.length;
    for (let done = 1; done <= 1_000; done += 1) handle.progress(done);
    expect(seen.length).toBe(before);
    vi.advanceTimersByTime(250);
    expect(seen.length).toBe(before + 1);
    expect(seen.at(-1)).toMatchObject({ done: 1_000, total: 1_000, unit: 'records', step: 'Writing' });
    finish('saved');
    await jobs.settled(job.jobId);
    vi.advanceTimersByTime(10_000);
    expect(seen.at(-1)).toMatchObject({ state: 'done', result: 'saved' });
  });

  it('does not let late progress revive a finished job', async () => {
    const { jobs, seen } = bench();
    const { work, begun, finish } = held();
    const job = jobs.start('backup', work);
    const handle = await begun;
    finish('saved');
    await jobs.settled(job.jobId);
    const count = seen.length;
    handle.step('Still here');
    handle.progress(5);
    expect(seen.length).toBe(count);
    expect(jobs.list()[0]).toMatchObject({ state: 'done' });
  });

  it('keeps the last twenty and forgets the others', async () => {
    const { jobs } = bench();
    let first = '';
    for (let i = 0; i < 25; i += 1) {
      const job = jobs.start('prove', () => Promise.resolve({ result: `run ${i}` }));
      first ||= job.jobId;
      await jobs.settled(job.jobId);
    }
    expect(jobs.list().map(({ result }) => result)).toEqual(
      Array.from({ length: 20 }, (_, i) => `run ${24 - i}`),
    );
    expect(() => jobs.cancel(first)).toThrow(/no longer known/);
  });

  it('waits on stop until the work has let go, and starts nothing after', async () => {
    const { jobs } = bench();
    const { work } = held();
    const job = jobs.start('backup', work);
    await jobs.stop();
    expect(jobs.list()[0]).toMatchObject({ jobId: job.jobId, state: 'cancelled' });
    expect(() => jobs.start('backup', work)).toThrow(AppError);
  });

  it('gives jobs that fit the contract at every stage', async () => {
    const { jobs, seen } = bench();
    const job = jobs.start('backup', async (handle) => {
      handle.about('b1');
      handle.step('Uploading', 10, 'bytes');
      return { result: 'saved', backupId: 'b1' };
    });
    await jobs.settled(job.jobId);
    for (const one of seen) expect(JobModel.parse(one)).toEqual(one);
    expect(seen.at(-1)).toMatchObject({ done: 10, backupId: 'b1' });
  });
});
