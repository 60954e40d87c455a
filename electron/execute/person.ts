import { hostname, userInfo } from 'node:os';
import type { Person } from '../storage/journal/plan.ts';

/** Who decides here, as it stands in the record: the user of the operating system at this host, and their window. */
export function personHere(client: string): Person {
  return { user: userName(), host: hostname(), client };
}

/** A user without an entry of its own (a container's number) has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
