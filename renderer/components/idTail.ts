/**
 * What is shown of an id where there is little room. ARNs and URLs begin alike and are told apart by their end:
 * of `arn:…:loadbalancer/app/web/1f2e` that is `…/web/1f2e`, of a queue's address its name.
 */
export function idTail(value: string): string {
  const arn = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(value)?.[1];
  if (arn === undefined) return /^https?:\/\//.test(value) ? last(value, 1) : value;
  // Load balancers and target groups end with a number that nobody knows by heart: the name before it stays.
  return last(arn, /\/[0-9a-f]{16}$/.test(arn) ? 2 : 1);
}

function last(path: string, segments: number): string {
  const parts = path.split(/[/:]/).filter((part) => part !== '');
  const tail = parts.slice(-segments).join('/');
  return parts.length > segments ? `…/${tail}` : tail;
}
