import type { FunctionConfiguration, GetFunctionResponse } from '@aws-sdk/client-lambda';
import { untilEnd } from '../../aws/pages.ts';
import { cleanText } from '../../aws/text.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import {
  detail,
  mapLimited,
  named,
  orNull,
  relation,
  scopeOf,
  theOne,
  toResource,
  type Unknown,
} from './common.ts';

/** Lambda answers at most 50 per page. */
const PAGE = 50;
const NOT_FOUND = ['ResourceNotFoundException'];
/** What the list does not tell. */
const DESCRIBED = ['tags', 'state', 'facts.LastUpdateStatus'];

/** The list has neither tags nor state: each function is asked once, for both. */
export const lambdaFunctions: Collector = {
  service: 'lambda',
  global: false,
  resourceTypes: ['lambda_function'],
  listAction: 'lambda:ListFunctions',

  async *collect(context) {
    const { sdk, client } = await load(context);
    const pages = sdk.paginateListFunctions({ client, pageSize: PAGE }, {}, { abortSignal: context.signal });
    for await (const page of untilEnd(this.listAction, pages, ({ NextMarker }) => NextMarker)) {
      const found = await mapLimited(context, page.Functions ?? [], async (listed) => {
        const name = listed.FunctionName ?? '';
        const unknown: Unknown = {};
        const about = { call: 'lambda:GetFunction', on: name, unknown, fields: DESCRIBED };
        const answer = await detail(context, about, () =>
          orNull(NOT_FOUND, () => getFunction(context, name)),
        );
        if (answer === null) return [];
        return toFunction(
          context,
          answer?.Configuration ?? listed,
          tagsIn(context, answer, unknown),
          unknown,
        );
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const answer = await named(context, { call: 'lambda:GetFunction', on: nativeId }, () =>
      orNull(NOT_FOUND, () => getFunction(context, nativeId)),
    );
    if (answer === null) return null;
    const unknown: Unknown = {};
    const found = answer.Configuration && [answer.Configuration];
    const one = theOne('lambda:GetFunction', nativeId, found, ({ FunctionName }) => FunctionName);
    return toFunction(context, one, tagsIn(context, answer, unknown), unknown)[0] ?? null;
  },
};

/** GetFunction answers without the tags, and why, where lambda:ListTags is denied. */
function tagsIn(context: CollectContext, answer: GetFunctionResponse | undefined, unknown: Unknown) {
  const { TagsError: refused, Configuration } = answer ?? {};
  if (refused) {
    const name = Configuration?.FunctionName ?? 'a function';
    const reason = `lambda:ListTags on ${name} in ${context.region}: ${cleanText(refused.Message ?? refused.ErrorCode ?? 'refused', 200)}`;
    unknown.tags = reason;
    context.reportPartial(reason);
  }
  return answer?.Tags;
}

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
  unknown: Unknown,
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
      unknown,
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
