import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { lambdaFunctions } from './lambdaFunctions.ts';

const listed = {
  FunctionName: 'resize',
  FunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:resize',
  Runtime: 'nodejs22.x',
  MemorySize: 256,
  Environment: { Variables: { DB_PASSWORD: 'hunter2', STAGE: 'prod' } },
  VpcConfig: { VpcId: 'vpc-1', SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
};
const answers = {
  ListFunctionsCommand: () => ({ Functions: [listed] }),
  GetFunctionCommand: () => ({
    Configuration: { ...listed, State: 'Active' },
    Code: { Location: 'https://awslambda.s3.amazonaws.com/x?X-Amz-Signature=abc' },
    Tags: { team: 'media' },
  }),
};

test('a function has state and tags, and neither its secrets nor the link to its code are kept', async () => {
  const aws = cannedAws(answers);
  const [found] = await aws.collect(lambdaFunctions);
  expect(found).toMatchObject({
    state: 'active',
    tags: { team: 'media' },
    facts: { Runtime: 'nodejs22.x', MemorySize: 256 },
    raw: { Environment: { Variables: { DB_PASSWORD: '(not kept)' } } },
  });
  expect(JSON.stringify(found)).not.toMatch(/hunter2|X-Amz-Signature/);
  expect(found?.relations).toHaveLength(3);
  expect(aws.sent('ListFunctionsCommand')[0]?.input.MaxItems).toBe(50);
});

test('a function whose details are denied is listed without state, and the cell is partial', async () => {
  const aws = cannedAws({
    ...answers,
    GetFunctionCommand: () => {
      throw awsError('AccessDeniedException', 403);
    },
  });
  const [found] = await aws.collect(lambdaFunctions);
  expect(found).toMatchObject({ name: 'resize', state: null, tags: {} });
  expect(JSON.stringify(found)).not.toContain('hunter2');
  expect(aws.partial).toEqual([expect.stringContaining('lambda:GetFunction on resize')]);
});

test('a function deleted meanwhile is left out of the list, and null when described', async () => {
  const aws = cannedAws({
    ...answers,
    GetFunctionCommand: () => {
      throw awsError('ResourceNotFoundException', 404);
    },
  });
  expect(await aws.collect(lambdaFunctions)).toEqual([]);
  expect(await aws.describe(lambdaFunctions, 'resize')).toBeNull();
});
