import { phrases } from './phrases.ts';
import { phraseAt, type Token } from './tokens.ts';

/** What people ask for and the app does not read, with where it is to be found. */
const TOPICS: [words: string, answer: string][] = [
  [
    'cpu, cpu usage, usage, utilization, metrics, latency, iops usage, connections, traffic, load average',
    'CloudOps reads no metrics. Look in CloudWatch.',
  ],
  ['logs, log, error logs, log group', 'CloudOps reads no logs. Look in CloudWatch Logs.'],
  ['cost, costs, price, bill, billing, spend', 'CloudOps reads no costs. Look in Cost Explorer.'],
  ['csv, export', 'The chat exports no lists. Open the list in Explorer and export it there.'],
  [
    'changed, changes, recent changes, history',
    'What this app has run is listed under Activity; what others did is recorded in CloudTrail, which the app does not read.',
  ],
];

/** The answer to a question about something the app does not read; null where it is about something else. */
export function beyondReach(tokens: readonly Token[]): string | null {
  for (const [words, answer] of TOPICS) {
    const known = phrases(words);
    if (tokens.some((_, at) => phraseAt(tokens, at, known) > 0)) return answer;
  }
  return null;
}
