import type { FunctionConfiguration, GetFunctionResponse } from '@aws-sdk/client-lambda';
import { untilEnd } from '../../aws/pages.ts';
import { cleanText } from '../../aws/text.ts';
import { lastingReason } from '../../estate/reasons.ts';
import { lambdaFunction } from '../../estate/types/lambda.ts';
import type { CollectContext, CollectedResource, Collector } from '../types.ts';
import { detail, mapLimited, named, orNull, scopeOf, theOne, toResource, type Unknown } from './common.ts';

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
    for await (const page of untilEnd(this.listAction, pages, ({ NextMarker }) => NextMarker)) {
      const found = await mapLimited(context, page.Functions ?? [], async (listed) => {
        const name = listed.FunctionName ?? '';
        const unknown: Unknown = {};
        const about = { call: 'lambda:GetFunction', on: name, unknown, of: lambdaFunction };
        const answer = await detail(context, about, () =>
          orNull(NOT_FOUND, () => getFunction(context, name)),
        );
        if (answer === null) return [];
        return toFunction(context, answer?.Configuration ?? listed, answer, unknown) ?? [];
      });
      yield found.flat();
    }
  },

  async describe(context, { nativeId }) {
    const answer = await named(context, { call: 'lambda:GetFunction', on: nativeId }, () =>
      orNull(NOT_FOUND, () => getFunction(context, nativeId)),
    );
    if (answer === null) return null;
    const found = answer.Configuration && [answer.Configuration];
    const one = theOne('lambda:GetFunction', nativeId, found, ({ FunctionName }) => FunctionName);
    return toFunction(context, one, answer, {});
  },
};

/**
 * Undefined when AWS would not say: GetFunction answers without the tags, and why, where lambda:ListTags is denied.
 */
function tagsIn(
  context: CollectContext,
  answer: GetFunctionResponse | undefined,
  unknown: Unknown,
): Record<string, string> | undefined {
  if (answer === undefined) return undefined;
  const { TagsError: refused, Configuration, Tags } = answer;
  if (!refused) return Tags ?? {};
  const what = `lambda:ListTags on ${Configuration?.FunctionName ?? 'a function'} in ${context.region}`;
  const said = cleanText(refused.Message ?? refused.ErrorCode ?? 'refused', 200);
  unknown.tags = lastingReason(`${what}: ${said}`);
  context.reportPartial(`${what}: ${said}`);
  return undefined;
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
  answer: GetFunctionResponse | undefined,
  unknown: Unknown,
): CollectedResource | null {
  const tags = tagsIn(context, answer, unknown);
  return toResource(
    context,
    lambdaFunction,
    { ...withoutSecrets(fn), ...(tags && { Tags: tags }) },
    { unknown },
  );
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
