const STORAGE_KEY = 'cloudops.token';

/**
 * The token of this run for a plain browser: taken from `#token=…` once and stripped from the address bar at
 * once, so that neither a bookmark nor a shared screen carries it; kept for this tab only.
 */
export function takeToken(): string | null {
  const inHash = tokenInHash(window.location.hash);
  if (inHash) {
    window.sessionStorage.setItem(STORAGE_KEY, inHash);
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }
  return inHash ?? window.sessionStorage.getItem(STORAGE_KEY);
}

export function tokenInHash(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
}
