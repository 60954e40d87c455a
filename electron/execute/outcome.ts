import type { ErrorCode } from '../../preload/contract/errors.ts';
import type { Execution, Plan } from '../../preload/contract/models.ts';
import { cleanText } from '../aws/text.ts';
import { type ActionSpec, GONE } from './catalog/spec.ts';
import type { Sending, Settled } from './watching.ts';

/** How an execution ends: what is recorded, and the last line of its log. */
export interface Outcome {
  outcome: 'succeeded' | 'failed' | 'refused' | 'unknown' | 'stopped_waiting';
  verified: boolean;
  error: { code: ErrorCode; message: string } | null;
  text: string;
}

const inWords = (status: string | null) =>
  status === null ? 'in a state that could not be read' : status === GONE ? 'gone' : status;

/** What a settled watch means, in the words of the record: it never claims more than was seen. */
export function outcomeOf(
  settled: Settled,
  spec: ActionSpec,
  { plan, stateBefore }: Pick<Execution, 'plan' | 'stateBefore'>,
  sending: Sending,
): Outcome {
  const thing = spec.watch.observed?.(plan.call.parameters) ?? cleanText(plan.target.name, 120);
  const now = inWords(settled.status);
  switch (settled.kind) {
    case 'reached': {
      const change = spec.watch.observe ? now : `${stateBefore ?? '?'} → ${now}`;
      return { outcome: 'succeeded', verified: true, error: null, text: `${thing}: ${change}, verified.` };
    }
    case 'unproved':
      return {
        outcome: 'succeeded',
        verified: false,
        error: null,
        text: `${spec.operation} was requested and accepted, and ${thing} reports ${now}. AWS did not show the ${spec.verbs[0]} itself, so it is not verified.`,
      };
    case 'lost':
      return failed('TARGET_GONE', `${thing} no longer exists. It was removed while this was running.`);
    case 'broken':
      return failed(
        'INVALID_STATE',
        `${thing} is now ${now} and will not become ${spec.expectedState} by itself.`,
      );
    case 'back':
      return failed(
        'INVALID_STATE',
        `${thing} was changing and is ${now} again. AWS gave up, or someone reversed it; its events in the AWS console say which.`,
      );
    case 'unseen':
      return unknown(spec, plan, sending, `${thing} is ${now}`);
    case 'timeout':
      return sending.accepted
        ? overdue(spec, `${thing} is ${now}`)
        : unknown(spec, plan, sending, `${thing} is ${now}`);
  }
}

function failed(code: 'TARGET_GONE' | 'INVALID_STATE', message: string): Outcome {
  return { outcome: 'failed', verified: false, error: { code, message }, text: message };
}

function unknown(spec: ActionSpec, plan: Plan, { accepted }: Sending, now: string): Outcome {
  const message = accepted
    ? `AWS accepted ${spec.operation}, but its effect was not seen: ${now}.`
    : `${spec.operation} may or may not have reached AWS, and it is not sent again: ${now}. CloudTrail tells; look for ${plan.planId} in the user agent.`;
  const error = { code: 'AWS_FAILED' as const, message };
  return { outcome: 'unknown', verified: false, error, text: message };
}

function overdue(spec: ActionSpec, now: string): Outcome {
  const minutes = Math.round(spec.watch.maxWaitMs / 60_000);
  const message = `AWS accepted ${spec.operation}, but after ${minutes} minutes ${now}. CloudOps no longer waits; refresh the resource to see how it ends.`;
  const error = { code: 'AWS_FAILED' as const, message };
  return { outcome: 'stopped_waiting', verified: false, error, text: message };
}
