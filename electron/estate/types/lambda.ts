import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { asRead, links, sorted } from '../reading.ts';
import { type Stored, typeSpec } from '../typeSpec.ts';

/** The configuration without the values of its environment, and the function's tags. */
type Answer = Stored<FunctionConfiguration> & { Tags?: Record<string, string> };

export const lambdaFunction = typeSpec<Answer>({
  id: 'lambda_function',
  service: 'lambda',
  scope: 'region',
  details: [
    {
      call: 'lambda:GetFunction',
      raw: [
        'State',
        'StateReason',
        'StateReasonCode',
        'LastUpdateStatus',
        'LastUpdateStatusReason',
        'LastUpdateStatusReasonCode',
        'RuntimeVersionConfig',
        'Tags',
      ],
      fields: ['tags', 'state', 'facts.LastUpdateStatus'],
    },
    // Answered or refused within the answer of GetFunction.
    { call: 'lambda:ListTags', raw: ['Tags'], fields: ['tags'] },
  ],
  readVersion: 1,
  // Of each update, those that change nothing too.
  volatile: ['raw.RevisionId'],
  ordered: [
    'raw.Layers',
    'raw.ImageConfigResponse.ImageConfig.EntryPoint',
    'raw.ImageConfigResponse.ImageConfig.Command',
  ],
  read(fn, at) {
    const name = fn.FunctionName;
    if (!name) return null;
    return asRead({
      nativeId: name,
      name,
      arn: fn.FunctionArn ?? `arn:${at.partition}:lambda:${at.region}:${at.accountId}:function:${name}`,
      state: fn.State,
      tags: fn.Tags,
      facts: {
        Runtime: fn.Runtime,
        MemorySize: fn.MemorySize,
        Timeout: fn.Timeout,
        Handler: fn.Handler,
        PackageType: fn.PackageType,
        Architectures: sorted(fn.Architectures ?? []),
        CodeSize: fn.CodeSize,
        LastModified: fn.LastModified,
        LastUpdateStatus: fn.LastUpdateStatus,
        Role: fn.Role,
        Description: fn.Description,
      },
      relations: [
        links(at, 'in', 'ec2_vpc', fn.VpcConfig?.VpcId),
        links(at, 'in', 'ec2_subnet', fn.VpcConfig?.SubnetIds),
        links(at, 'uses', 'ec2_security_group', fn.VpcConfig?.SecurityGroupIds),
      ],
    });
  },
});
