import { expect, test } from 'vitest';
import { type KnownType, RESOURCE_TYPES } from '../../preload/contract/models.ts';
import { TYPES, volatileOf } from '../estate/types.ts';
import { collectors } from '../scan/collectors/index.ts';
import { answers } from '../scan/fixtures/answers.ts';
import { type CannedAnswers, cannedAws } from '../scan/fixtures/cannedAws.ts';
import type { CollectedResource } from '../scan/types.ts';
import { keepKnown } from './estateKnown.ts';
import { sameContent } from './sameContent.ts';

/** The SDK's command of a detail call, where it is not the last part of its name. */
const COMMANDS: Record<string, string> = { 's3:GetBucketPublicAccessBlock': 'GetPublicAccessBlockCommand' };

function refusing(call: string): CannedAnswers {
  const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  if (call === 'lambda:ListTags') {
    return {
      ...answers,
      GetFunctionCommand: (...asked) => {
        const answer = answers.GetFunctionCommand?.(...asked);
        return { ...answer, Tags: undefined, TagsError: { ErrorCode: 'AccessDenied', Message: 'no' } };
      },
    };
  }
  const command = COMMANDS[call] ?? `${call.split(':')[1]}Command`;
  if (!answers[command]) throw new Error(`nothing is answered to ${command}`);
  return {
    ...answers,
    [command]: () => {
      throw denied;
    },
  };
}

async function scanned(type: KnownType, from: CannedAnswers): Promise<Map<string, CollectedResource>> {
  const of = collectors.filter(({ resourceTypes }) => resourceTypes.includes(type));
  const found = (await Promise.all(of.map((collector) => cannedAws(from).collect(collector)))).flat();
  return new Map(found.map((resource) => [`${resource.region} ${resource.nativeId}`, resource]));
}

const details = RESOURCE_TYPES.flatMap((type) =>
  TYPES[type].details.map(({ call }) => [type, call] as const),
);

test.each(details)(
  '%s: %s refused erases nothing and is no change; the next answer ends it',
  async (type, call) => {
    const full = await scanned(type, answers);
    const refused = await scanned(type, refusing(call));
    expect([...refused.keys()]).toEqual([...full.keys()]);
    for (const [place, before] of full) {
      const now = refused.get(place) as CollectedResource;
      const kept = keepKnown(now, before);
      expect(Object.keys(now.unknown ?? {}).length, place).toBeGreaterThan(0);
      const { unknown: _kept, ...content } = kept;
      const { unknown: _before, ...known } = before;
      expect(content, place).toEqual(known);
      expect(sameContent(before, kept, volatileOf(type))).toBe(true);
      expect(sameContent(kept, keepKnown(now, kept))).toBe(true);
      expect(sameContent(keepKnown(before, kept), before)).toBe(true);
    }
  },
);

test('what the listing itself no longer has does not stay for a refused detail', async () => {
  const before = (await scanned('lambda_function', answers)).get('us-east-1 resize') as CollectedResource;
  const without = refusing('lambda:GetFunction');
  const listed = await scanned('lambda_function', {
    ...without,
    ListFunctionsCommand: () => ({ Functions: [{ FunctionName: 'resize', MemorySize: 512 }] }),
  });
  const kept = keepKnown(listed.get('us-east-1 resize') as CollectedResource, before);
  expect(kept).toMatchObject({ state: 'active', facts: { MemorySize: 512, LastUpdateStatus: 'Successful' } });
  expect(kept.relations).toEqual([]);
  expect(kept.raw).not.toHaveProperty('VpcConfig');
  expect(kept.raw).toMatchObject({ State: 'Active', Tags: { team: 'media' } });
});
