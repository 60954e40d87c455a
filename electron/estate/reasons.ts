import { cleanText } from '../aws/text.ts';

/**
 * The reason of a refusal as it is kept beside the fields that it left unknown: what was asked, where, and what came
 * of it. AWS's own words are left out: they name sessions and requests, and would make of the same refusal another
 * one with each scan. They stand in the message of the scan's cell.
 */
export function lastingReason(reason: string): string {
  const own = reason
    .replace(/ AWS says: .*$/s, '')
    .replace(/^(lambda:ListTags on .* in [a-z0-9-]+): .*$/s, '$1 is denied.');
  return cleanText(own, 300);
}
