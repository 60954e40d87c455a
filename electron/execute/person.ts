import { hostname, userInfo } from 'node:os';

/** Who decides here, as it stands in the record: the user of the operating system at this host. */
export function personHere(): string {
  return `${userName()} @ ${hostname()}`;
}

/** A user without an entry of its own (a container's number) has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
