import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HandlerExecutionContext, InitializeMiddleware, Pluggable } from '@smithy/types';
import type { ClientScope } from '../aws/types.ts';
import { SAMPLE_ACCOUNTS } from './accounts.ts';
import type { Answers } from './answers.ts';
import { awsError } from './awsError.ts';
import { EC2_ANSWERS } from './ec2Answers.ts';
import {
  DYNAMODB_ANSWERS,
  ELBV2_ANSWERS,
  IAM_ANSWERS,
  LAMBDA_ANSWERS,
  S3_ANSWERS,
  SQS_ANSWERS,
  STS_ANSWERS,
} from './otherAnswers.ts';
import { RDS_ANSWERS } from './rdsAnswers.ts';
import { type SampleChanges, SampleState } from './state.ts';

const SERVICES: Record<string, Answers> = {
  DynamoDBClient: DYNAMODB_ANSWERS,
  EC2Client: EC2_ANSWERS,
  ElasticLoadBalancingV2Client: ELBV2_ANSWERS,
  IAMClient: IAM_ANSWERS,
  LambdaClient: LAMBDA_ANSWERS,
  RDSClient: RDS_ANSWERS,
  S3Client: S3_ANSWERS,
  SQSClient: SQS_ANSWERS,
  STSClient: STS_ANSWERS,
};

/**
 * The sample workspace's AWS: profiles of its own, and one `initialize` middleware for the client pool that
 * answers every call from a simulated state before anything is signed or sent. Collectors, plans and waiters
 * run unchanged; nothing else of the app knows.
 */
export class SampleAws {
  readonly configFile: string;
  readonly credentialsFile: string;
  readonly #folder: string;
  #memory: SampleState | undefined;

  constructor(folder: string) {
    this.#folder = join(folder, 'aws');
    this.configFile = join(this.#folder, 'config');
    this.credentialsFile = join(this.#folder, 'credentials');
  }

  /** Writes the three profiles. Their keys open nothing: no call leaves the app. */
  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const config = SAMPLE_ACCOUNTS.map(
      ({ profile, regions }) => `[profile ${profile}]\nregion = ${regions[0]}\n`,
    );
    const keys = SAMPLE_ACCOUNTS.map(
      ({ profile }) => `[${profile}]\naws_access_key_id = SAMPLE\naws_secret_access_key = sample\n`,
    );
    await writeFile(this.configFile, config.join('\n'), { mode: 0o600 });
    await writeFile(this.credentialsFile, keys.join('\n'), { mode: 0o600 });
  }

  readonly middleware = (scope: ClientScope): Pluggable<object, object> => ({
    applyToStack: (stack) => {
      const answer: InitializeMiddleware<object, object> = (_next, context) => async (args) => ({
        response: undefined,
        output: await this.#answer(scope, context, args.input),
      });
      stack.add(answer, { step: 'initialize', name: 'sampleAws', priority: 'high' });
    },
  });

  async #answer(
    scope: ClientScope,
    context: HandlerExecutionContext,
    input: object,
  ): Promise<{ $metadata: object }> {
    const account = SAMPLE_ACCOUNTS.find(({ profile }) => profile === scope.profile);
    const { clientName, operation } = named(context);
    const answers = SERVICES[clientName] ?? {};
    const answer = Object.hasOwn(answers, operation) ? answers[operation] : undefined;
    if (!account || !answer)
      throw awsError('InvalidAction', `The sample estate does not answer ${clientName} ${operation}.`);
    const memory = this.#state();
    const call = {
      account,
      region: scope.region,
      state: memory.region(account.accountId, scope.region),
      memory,
    };
    // A copy: what a caller keeps must not change when the simulated state does.
    const output = structuredClone(answer(call, input as never));
    return {
      ...output,
      $metadata: { httpStatusCode: 200, requestId: randomUUID(), attempts: 1, totalRetryDelay: 0 },
    };
  }

  #state(): SampleState {
    const file = join(this.#folder, 'changes.json');
    this.#memory ??= new SampleState({
      changes: readChanges(file),
      save: (changes) => writeFileSync(file, JSON.stringify(changes), { mode: 0o600 }),
    });
    return this.#memory;
  }
}

function named(context: HandlerExecutionContext): { clientName: string; operation: string } {
  const clientName = String(context.clientName ?? '');
  return { clientName, operation: String(context.commandName ?? '').replace(/Command$/, '') };
}

/** A missing or damaged file means an estate as on its first day. */
function readChanges(file: string): SampleChanges {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SampleChanges;
  } catch {
    return {};
  }
}
