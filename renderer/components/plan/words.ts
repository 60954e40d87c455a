import type { Execution, Plan } from '../../../preload/contract/models.ts';
import { spelled } from '../../../preload/contract/spelling.ts';
import { spelledOut } from '../../../preload/contract/text.ts';
import { clockTime, exactTime, plural } from '../../state/format.ts';
import { lastStep } from './steps.ts';

/** Names and parameters come from AWS, so from anyone. */
export { spelledOut as visible };

/** A name as a person sees it, e.g. `web-1\u{2e}`: what could pass for another name is spelled out too. */
export { spelled as visibleName };

/** A plan's title, which holds its target's name. */
export const visibleTitle = ({ title, target }: Plan): string =>
  visibleLines(title.split(target.name).map(spelledOut).join(spelled(target.name)));

/** The same for text of several lines, whose ends stay ends. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(spelledOut).join('\n');

/** The exact call on one line where it fits, else one parameter a line. Values are JSON, so nothing is hidden. */
export function callText(call: Plan['call']): string {
  const entries = Object.entries(call.parameters).map(
    ([key, value]) => `${spelledOut(key)}: ${spelledOut(JSON.stringify(value) ?? 'undefined')}`,
  );
  const name = `${call.service}.${call.operation}`;
  if (entries.length === 0) return `${name} {}`;
  const line = `${name} { ${entries.join(', ')} }`;
  if (line.length <= 96) return line;
  return `${name} {\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n}`;
}

const ORIGINS: Record<string, string> = {
  sentence: 'a sentence in Chat',
  command: 'a command pasted into Chat',
  button: 'a button',
  selection: 'a selection of resources',
  assistant: 'an assistant',
  mcp: 'another program (MCP)',
};

/** Where a plan came from; what a later version calls it as it stands. */
export function originWords(kind: string): string {
  return Object.hasOwn(ORIGINS, kind) ? (ORIGINS[kind] ?? kind) : spelledOut(kind);
}

/** What else a plan holds than the card shows; null when that is all. Such plans come from later versions. */
export function moreWords({ more }: Plan): string | null {
  if (!more) return null;
  const also = [
    ...(more.steps > 0 ? [plural(more.steps, 'more step')] : []),
    ...(more.targets > 0 ? [plural(more.targets, 'more target')] : []),
  ];
  return `This plan has ${also.join(' and ')} than this version of CloudOps shows. It cannot be carried out here.`;
}

/** AWS's answer, one member a line where it is whole. */
export function answerText({ text, whole }: NonNullable<Execution['answer']>): string {
  if (!whole) return `${visibleLines(text)}…`;
  return visibleLines(JSON.stringify(JSON.parse(text), null, 2));
}

/** `14:02:11` on the person's own clock; with the day when it is not today. */
export function clock(iso: string, now: number): string {
  const today = new Date(iso).toDateString() === new Date(now).toDateString();
  return today ? clockTime(iso) : exactTime(iso);
}

/** A length of time in its two largest units: `850 ms`, `12 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  const pairs: [number, string, number, string][] = [
    [86_400, 'd', 3_600, 'h'],
    [3_600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ];
  for (const [large, largeUnit, small, smallUnit] of pairs) {
    if (seconds < large) continue;
    const rest = Math.floor((seconds % large) / small);
    return `${Math.floor(seconds / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
  }
  return `${seconds} s`;
}

/** How long the acting credentials last; an ended session is said, not hidden. */
export function sessionWords(expiresAt: string | null, now: number): string {
  if (expiresAt === null) return 'long-lived key';
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'session ended';
  if (left < 60_000) return 'session ends within a minute';
  if (left >= 7_200_000) return `session ends in ${Math.floor(left / 3_600_000)} h`;
  return `session ends in ${Math.floor(left / 60_000)} min`;
}

/** Too little of a session is left to see a change through. */
export function endsSoon(expiresAt: string | null, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) - now < 300_000;
}

export interface Outcome {
  tone: 'good' | 'bad' | 'unsure';
  headline: string;
  /** What happened, in the main side's own words where it gave some. */
  detail: string | null;
  /** What the person can do now. */
  next: string | null;
}

/** What became of an ended execution. Never says more than was seen: only `verifiedAt` earns "verified". */
export function outcome(execution: Execution, now: number): Outcome {
  const { plan, error } = execution;
  const target = spelledOut(plan.target.name);
  const change = stateChange(execution.stateBefore, execution.stateNow);
  const lastSeen = execution.stateNow === null ? '' : ` It was last seen ${execution.stateNow}.`;
  switch (execution.state) {
    case 'succeeded':
      return execution.verifiedAt === null
        ? {
            tone: 'good',
            headline: `Accepted by AWS; ${target} reports ${execution.stateNow ?? 'no state'}`,
            detail: 'AWS did not show the change itself, so it is not verified.',
            next: null,
          }
        : {
            tone: 'good',
            headline: `${change}, verified ${clock(execution.verifiedAt, now)}`,
            detail: null,
            next: null,
          };
    case 'refused':
      // It became so between the plan and the last look: an answer, not a failure.
      if (execution.stateNow === plan.expectedState)
        return {
          tone: 'good',
          headline: `Already ${plan.expectedState}: nothing was sent`,
          detail: error?.message ?? null,
          next: null,
        };
      return {
        tone: 'bad',
        headline: 'Not sent: nothing was changed',
        detail: error?.message ?? 'A check made just before the call refused it.',
        next: null,
      };
    case 'failed':
      return lastStep(execution) === 'sending'
        ? {
            tone: 'bad',
            headline: 'Failed: AWS did not accept the call',
            detail: error?.message ?? 'AWS gave no reason.',
            next: null,
          }
        : {
            tone: 'bad',
            headline:
              execution.stateBefore === execution.stateNow ? `Failed: still ${change}` : `Failed: ${change}`,
            detail: error?.message ?? `${target} did not become ${plan.expectedState}.`,
            next: `Refresh ${target} and read its state before you plan again.`,
          };
    case 'stopped_waiting':
      return {
        tone: 'unsure',
        headline: 'You stopped waiting',
        detail: `AWS goes on with what it accepted.${lastSeen}`,
        next: `Refresh ${target} to see whether it is ${plan.expectedState}.`,
      };
    default:
      return {
        tone: 'unsure',
        headline: 'Outcome unknown: AWS may have received the call',
        detail: `${error?.message ?? `No answer to ${plan.call.operation} was recorded. It was not sent again.`}${lastSeen}`,
        next: `Look at ${target} before you plan again.`,
      };
  }
}

/** `available → stopped`; one word when nothing changed, "–" for what was never seen. */
export function stateChange(before: string | null, now: string | null): string {
  if (before !== null && before === now) return before;
  return `${before ?? '–'} → ${now ?? '–'}`;
}
