import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, orNull, relation, scopeOf, theOne, toResource } from './common.ts';

/** Lambda answers at most 50 per page. */
const PAGE = 50;
const NOT_FOUND = ['ResourceNotFoundException'];

/** The list has neither tags nor state: each function is asked once, for both. */
export const lambdaFunctions: Collector = {
  service: 'lambda',
  global: false,
  resourceTypes: ['lambda_function'],
  listAction: 'lambda:ListFunctions',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListFunctions({ client, pageSize: PAGE }, {}, { abortSignal: context.signal });
    for await (const page of pages) {
      const found = await mapLimited(context, page.Functions ?? [], async (listed) => {
        const name = listed.FunctionName ?? '';
        const answer = await detail(context, { call: 'lambda:GetFunction', on: name }, () =>
          orNull(NOT_FOUND, () => getFunction(context, name)),
        );
        if (answer === null) return [];
        return toFunction(context, answer?.Configuration ?? listed, answer?.Tags);
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const answer = await orNull(NOT_FOUND, () => getFunction(context, nativeId));
    if (answer === null) return null;
    const found = answer.Configuration && [answer.Configuration];
    const one = theOne('lambda:GetFunction', nativeId, found, ({ FunctionName }) => FunctionName);
    return toFunction(context, one, answer.Tags)[0] ?? null;
  },
};

async function load(context: CollectContext) {
  const sdk = await import('@aws-sdk/client-lambda');
  return { sdk, client: context.clients.client(sdk.LambdaClient, scopeOf(context)) };
}

async function getFunction(context: CollectContext, name: string) {
  const { sdk, client } = await load(context);
  return client.send(new sdk.GetFunctionCommand({ FunctionName: name }), { abortSignal: context.signal });
}

function toFunction(
  context: CollectContext,
  fn: FunctionConfiguration,
  tags: Record<string, string> | undefined,
): CollectedResource[] {
  const name = fn.FunctionName;
  if (!name) return [];
  return [
    toResource(context, {
      resourceType: 'lambda_function',
      service: 'lambda',
      nativeId: name,
      name,
      arn:
        fn.FunctionArn ??
        `arn:${context.partition}:lambda:${context.region}:${context.accountId}:function:${name}`,
      state: fn.State,
      tags: tags ?? {},
      facts: {
        Runtime: fn.Runtime,
        MemorySize: fn.MemorySize,
        Timeout: fn.Timeout,
        Handler: fn.Handler,
        PackageType: fn.PackageType,
        Architectures: fn.Architectures,
        CodeSize: fn.CodeSize,
        LastModified: fn.LastModified,
        LastUpdateStatus: fn.LastUpdateStatus,
        Role: fn.Role,
        Description: fn.Description,
      },
      relations: [
        relation('in', 'ec2_vpc', fn.VpcConfig?.VpcId),
        ...(fn.VpcConfig?.SubnetIds ?? []).map((id) => relation('in', 'ec2_subnet', id)),
        ...(fn.VpcConfig?.SecurityGroupIds ?? []).map((id) => relation('uses', 'ec2_security_group', id)),
      ],
      raw: withoutSecrets(fn),
    }),
  ];
}

/** Environment variables hold passwords more often than not: their names stay, their values go. */
function withoutSecrets(fn: FunctionConfiguration): FunctionConfiguration {
  if (!fn.Environment?.Variables) return fn;
  const names = Object.keys(fn.Environment.Variables);
  return {
    ...fn,
    Environment: { Variables: Object.fromEntries(names.map((name) => [name, '(not kept)'])) },
  };
}
