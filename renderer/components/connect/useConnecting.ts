import { useEffect, useRef, useState } from 'react';
import type { ConnectResult, Profile } from '../../../preload/contract/models.ts';
import { onEvent, RequestError, request } from '../../api/client.ts';
import { joined, parts } from './connectRun.ts';

export interface ConnectRun {
  state: 'running' | 'cancelling' | 'cancelled' | 'done';
  /** In the order of the list they were chosen from. */
  names: string[];
  /** By profile, as they come. */
  results: ReadonlyMap<string, ConnectResult>;
  /** Why it ended early. */
  error: RequestError | null;
}

/**
 * Connects profiles, however many, and tells of each as soon as AWS has answered for it. Leaving the screen
 * cancels.
 */
export function useConnecting() {
  const [run, setRun] = useState<ConnectRun | null>(null);
  const stopped = useRef(true);

  const add = (results: ConnectResult[]) =>
    setRun((now) => now && { ...now, results: joined(now.results, results, now.names) });
  useEffect(() => onEvent('accounts.connecting', ({ results }) => add(results)), []);
  useEffect(
    () => () => {
      if (!stopped.current) stop(stopped);
    },
    [],
  );

  const start = async (profiles: Profile[]) => {
    stopped.current = false;
    setRun({ state: 'running', names: profiles.map(({ name }) => name), results: new Map(), error: null });
    let error: RequestError | null = null;
    try {
      for (const names of parts(profiles)) {
        if (stopped.current) break;
        add((await request('accounts.connect', { profiles: names })).results);
      }
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown;
      error = thrown;
    }
    const state = stopped.current ? 'cancelled' : 'done';
    stopped.current = true;
    setRun((now) => now && { ...now, state, error });
  };

  const cancel = () => {
    setRun((now) => now && { ...now, state: 'cancelling' });
    stop(stopped);
  };
  return { run, start, cancel, forget: () => setRun(null) };
}

function stop(stopped: { current: boolean }): void {
  stopped.current = true;
  // What is asked ends on its own within ten seconds, should this not arrive.
  request('accounts.cancelConnect', {}).catch(() => undefined);
}
