import type { AwsCredentialIdentityProvider, Pluggable } from '@smithy/types';
import { isRefusedSession, signedWith } from './errors.ts';
import type { Sessions } from './types.ts';

/** Calls that change nothing may leave twice; a change leaves once, whatever was refused. */
const READS = /^(Describe|List|Get|Head|BatchGet|Lookup|Simulate)/;

/**
 * A read whose keys AWS refuses is sent once more when other keys are there by then: a session that was ended
 * before its time, or files that another tool has just rewritten.
 */
export function renewOnce(
  sessions: Pick<Sessions, 'renewed'>,
  profile: string,
  credentials: AwsCredentialIdentityProvider,
): Pluggable<object, object> {
  return {
    applyToStack: (stack) => {
      stack.add(
        (next, context) => async (args) => {
          const keys = await credentials();
          try {
            return await next(args);
          } catch (error) {
            if (!isRefusedSession(error)) throw error;
            const isRead = READS.test(String(context.commandName));
            if (isRead && (await sessions.renewed?.(profile, keys.accessKeyId))) return next(args);
            throw signedWith(error, keys);
          }
        },
        { step: 'initialize', priority: 'low', name: 'cloudopsRenewOnce' },
      );
    },
  };
}
