import { GetFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { ModifyDBInstanceCommand } from '@aws-sdk/client-rds';
import { expect, test } from 'vitest';
import { ANSWER_LIMIT, answerOf, refusalOf } from './answer.ts';

const modify = new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'x' }).schema;
const parsed = (operation: unknown, output: object) =>
  JSON.parse(answerOf(operation, output)?.text ?? 'null');

test('of an answer stays what its schema has, and nothing that it calls sensitive, however deep', () => {
  const output = {
    $metadata: { requestId: 'r' },
    DBInstance: {
      DBInstanceIdentifier: 'x',
      InstanceCreateTime: new Date(0),
      PendingModifiedValues: { MasterUserPassword: 'hunter2' },
      Unheard: 'of',
    },
  };
  const kept = parsed(modify, output);
  expect(kept.DBInstance).toMatchObject({
    ...{ DBInstanceIdentifier: 'x', InstanceCreateTime: '1970-01-01T00:00:00.000Z' },
  });
  expect(JSON.stringify(kept)).not.toMatch(/hunter2|metadata|Unheard/);
  const variables = { Configuration: { Environment: { Variables: { TOKEN: 'hunter2' } } } };
  const { schema } = new GetFunctionCommand({ FunctionName: 'f' });
  expect(JSON.stringify(parsed(schema, variables))).not.toContain('hunter2');
  const invoked = { Payload: new TextEncoder().encode('hunter2'), StatusCode: 200 };
  const { schema: invoke } = new InvokeCommand({ FunctionName: 'f' });
  expect(JSON.stringify(parsed(invoke, invoked))).not.toMatch(/hunter2|104/);
});

test('where the SDK tells no schema nothing is known to be harmless, and nothing is kept', () => {
  for (const operation of [undefined, null, {}, [], [9, 'ns', 'Op', 0]])
    expect(answerOf(operation, { Password: 'hunter2' })).toBeNull();
});

test('a long answer is cut, and says so', () => {
  const long = { DBInstance: { DBInstanceIdentifier: '😀'.repeat(ANSWER_LIMIT) } };
  const answer = answerOf(modify, long);
  expect(answer?.whole).toBe(false);
  expect(answer?.text.length).toBeLessThanOrEqual(ANSWER_LIMIT);
  expect(answer?.text.isWellFormed()).toBe(true);
  expect(answerOf(modify, {})).toEqual({ text: '{}', whole: true });
});

test('a refusal is AWS’s own; what nobody answered is none', () => {
  const refused = Object.assign(new Error('not you'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  expect(JSON.parse(refusalOf(refused)?.text ?? '')).toEqual({
    ...{ Code: 'AccessDenied', Message: 'not you', HttpStatus: 403 },
  });
  expect(refusalOf(Object.assign(new Error('cut'), { $metadata: {} }))).toBeNull();
  expect(refusalOf('text')).toBeNull();
});
