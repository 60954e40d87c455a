import { expect, test } from 'vitest';
import { answers } from '../fixtures/answers.ts';
import { type CannedAnswers, cannedAws } from '../fixtures/cannedAws.ts';
import { collectors } from './index.ts';

/** The same answers and refusals; what AWS says of a refusal names the session, the request and more, anew each time. */
function saidOnce(more: string): CannedAnswers {
  const session = (text: string) => `${text} (assumed-role/ops/session-${more}; Request ID: ${more})`;
  return Object.fromEntries(
    Object.entries(answers).map(([command, answer]) => [
      command,
      (...asked: Parameters<typeof answer>) => {
        try {
          const told = answer(...asked) as { TagsError?: { Message: string } };
          if (!told.TagsError) return told;
          return { ...told, TagsError: { ...told.TagsError, Message: session(told.TagsError.Message) } };
        } catch (error) {
          const { name, message } = error as Error;
          const said = `${session(message)} Encoded authorization failure message: ${more.repeat(50)}`;
          throw Object.assign(new Error(said), { name, $metadata: { httpStatusCode: 403, requestId: more } });
        }
      },
    ]),
  );
}

test('the same refusal has the same reason with each scan, and says what was refused, on what and where', async () => {
  const scan = async (from: CannedAnswers) =>
    (await Promise.all(collectors.map((collector) => cannedAws(from).collect(collector)))).flat();
  const [once, again] = [await scan(saidOnce('1f9a')), await scan(saidOnce('77c0'))];
  expect(again).toEqual(once);
  const reasons = new Set(once.flatMap(({ unknown }) => Object.values(unknown ?? {})));
  expect(reasons.size).toBeGreaterThan(6);
  for (const reason of reasons)
    expect(reason).toMatch(/^[a-z0-9]+:\w+ (on .+ in us-east-1 is denied|did not name it)/);
});
