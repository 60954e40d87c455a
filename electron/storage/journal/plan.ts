import { z } from 'zod';

/**
 * What a plan keeps, version 2: a stored format, described in docs/backup-format.md. Members are added, never renamed
 * or removed. Words (`kind`, `risk`, `decision` …) are open: a later version may have others. Objects keep what this
 * version does not know, since the digest is over all of it.
 */
/** An object with whatever else stands in it, which no code of this version names. */
const kept = z.looseObject as unknown as typeof z.object;
const text = z.string();
/** One of several words, which a later version may add to. */
export const Word = z.string().min(1).max(100);

/** The user of the operating system, at which host, through which of the carrier's clients; null = not recorded. */
export const Person = z.object({
  user: text.nullable(),
  host: text.nullable(),
  client: text.nullable(),
});
export type Person = z.infer<typeof Person>;

/**
 * Where a plan came from: `sentence`, `command` (a pasted line), `button`, `selection`, `assistant`, `mcp`; with the
 * message that asked for it where there is one.
 */
export const Origin = kept({
  kind: Word,
  conversationId: text.nullable(),
  messageId: text.nullable(),
});
export type Origin = z.infer<typeof Origin>;

const ProfileSource = kept({ kind: z.literal('profile'), profile: text });
const PortalRoleSource = kept({
  kind: z.literal('portal_role'),
  portal: text,
  accountId: text,
  roleName: text,
});
const KeySource = kept({ kind: z.literal('key'), accessKeyId: text });
const OtherSource = kept({
  kind: Word.refine((kind) => !['profile', 'portal_role', 'key', 'role'].includes(kind)),
});
type PlainSource = z.infer<
  typeof ProfileSource | typeof PortalRoleSource | typeof KeySource | typeof OtherSource
>;
/** Whose credentials: a profile, a role of an access portal, a typed key, a role on top of one of these. */
export type Source = PlainSource | { kind: 'role'; roleArn: string; on: Source };
export const Source: z.ZodType<Source> = z.union([
  ProfileSource,
  PortalRoleSource,
  KeySource,
  kept({ kind: z.literal('role'), roleArn: text, on: z.lazy(() => Source) }),
  OtherSource,
]);

const Target = kept({
  /** Region `global` where AWS has the thing in none. `type` as the estate names it. */
  address: kept({
    partition: text,
    accountId: text,
    region: text,
    type: text,
    nativeId: text,
  }),
  /** In the estate of this install. */
  resourceId: text,
  arn: text,
  /** As AWS gave it when this was planned, like `state`. */
  name: text,
  state: text.nullable(),
  asOf: text,
  /** What it is, where its type alone would call it wrongly: "DocumentDB instance". */
  kind: text.optional(),
  /** What tells this very thing from another under its name, e.g. `DbiResourceId`; absent in the oldest plans. */
  identity: z.record(text, text).optional(),
});

const Step = kept({
  /** The catalogued action and what it was given; null where the call itself was asked for. */
  action: text.nullable(),
  arguments: z.record(text, z.unknown()),
  /** `region`: where the call goes. `cli`: the same call as an AWS CLI command, to read and copy. */
  call: kept({
    service: text,
    operation: text,
    region: text,
    input: z.record(text, z.unknown()),
    iamAction: text,
    cli: text,
  }),
  targets: z.array(Target),
  expectedState: text,
});
export type StoredStep = z.infer<typeof Step>;

export const StoredPlan = kept({
  planId: text,
  title: text,
  origin: Origin,
  identity: kept({
    source: Source,
    accountId: text,
    accountName: text,
    /** The ARN that acts. */
    principal: text,
    /** How the session holds less than its source; null = as much. */
    narrowed: kept({ kind: Word }).nullable(),
    expiresAt: text.nullable(),
    readOnly: z.boolean(),
    production: z.boolean(),
  }),
  /** `read`, `low`, `high`, `destructive`. */
  risk: Word,
  /** `ask`, `allow`, `deny`, and the rules that said so; none = the default of its class. */
  policy: kept({ decision: Word, rules: z.array(kept({})) }),
  steps: z.array(Step).min(1),
  /** Facts looked at before approval. Statuses: `pass`, `fail`, `unknown`, `none`. */
  checks: z.array(kept({ name: Word, status: Word, text })),
  affects: z.array(kept({ resourceId: text.nullable(), name: text, text })),
  /** The command to paste, what it does not bring back, the action that does the same; null = nothing undoes it. */
  undo: kept({
    command: text.nullable(),
    note: text.nullable(),
    action: text.nullable(),
  }).nullable(),
  /** What must be typed to approve it. */
  confirm: text.nullable(),
  createdAt: text,
  expiresAt: text,
  /** See `digestOf` for what each version is over. */
  digest: kept({ version: z.number().int(), sha256: text }),
});
export type StoredPlan = z.infer<typeof StoredPlan>;
