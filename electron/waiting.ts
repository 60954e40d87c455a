/** What any wait for something that may never answer goes through. */

/** Rejects with the signal's reason as soon as it is aborted, whatever the work does about it. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work
      .then(resolve, (error: unknown) => reject(signal.aborted ? signal.reason : error))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Whether the work has ended, well or not, within so many milliseconds. Never rejects. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const ended = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([ended, promise]);
  clearTimeout(timer);
  return inTime;
}
