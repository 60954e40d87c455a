import { isDeepStrictEqual } from 'node:util';
import type { Told as Now } from './read.ts';

/**
 * What 0.1.0 said it held, against what is told now: by meaning, so that a later format may say more. Each part
 * answers with sentences about what is missing or says something else; none = all is there.
 */
export type Said = Omit<Now, 'resources' | 'plans' | 'executions' | 'activity' | 'conversations'> & {
  resources: SaidResource[];
  plans: (Shape & { planId: string; status: string })[];
  executions: (Shape & { executionId: string; state: string; log: unknown[] })[];
  activity: (Shape & { id: string; kind: string })[];
  conversations: (Shape & { conversationId: string; messages: (Shape & { messageId: string })[] })[];
};
type Shape = Record<string, unknown>;
type SaidResource = Shape & {
  id: string;
  arn: string;
  accountId: string;
  region: string;
  asOf: string;
  revision: number;
  relations: { kind: string; resourceType: string; nativeId: string }[];
  related: string[];
  unknown?: Record<string, string>;
};

export interface Allowed {
  /** The same place: ids, keys and what is open are those of then. False after a restore into another install. */
  sameInstall: boolean;
  /** False once the index key was changed. */
  sameIds?: boolean;
}

/** Everything of a folder that was only taken over. */
export function differences(said: Said, now: Now, allowed: Allowed = { sameInstall: true }): string[] {
  return [
    ...resourceDifferences(said, now, allowed),
    ...conversationDifferences(said, now, allowed),
    ...journalDifferences(said, now, allowed),
    ...documentDifferences(said, now, allowed),
  ];
}

export const whereOf = ({ accountId, region, arn }: Pick<SaidResource, 'accountId' | 'region' | 'arn'>) =>
  `${accountId} ${region} ${arn}`;

export function resourceDifferences(said: Said, now: Now, allowed: Allowed): string[] {
  const { sameInstall, sameIds = sameInstall } = allowed;
  const problems = twice('resource', now.resources.map(whereOf));
  const found = new Map(now.resources.map((one) => [whereOf(one), one]));
  for (const before of said.resources) {
    const where = whereOf(before);
    const after = found.get(where);
    found.delete(where);
    if (after === undefined) {
      problems.push(`${where} is gone`);
      continue;
    }
    const { id, asOf, relations, related, facts, unknown, resourceType: _type, ...equal } = before;
    problems.push(...unlike(where, equal, after));
    // More may be read out of the stored answer than 0.1.0 did.
    problems.push(...unlike(`${where}: facts`, facts as Shape, after.facts));
    problems.push(...unlike(`${where}: unknown`, unknown ?? {}, after.unknown ?? {}));
    const links = new Set(after.relations.map(linkOf));
    for (const link of relations.map(linkOf)) if (!links.has(link)) problems.push(`${where} lost ${link}`);
    for (const one of related) {
      if (!after.related.includes(one)) problems.push(`${where} is no longer related: ${one}`);
    }
    // How fresh it is may stand on its cell.
    if (after.asOf < asOf) problems.push(`${where} is as of ${after.asOf}, not ${asOf}`);
    if (sameIds) problems.push(...unlike(where, { id }, after));
  }
  for (const where of found.keys()) problems.push(`${where} came from nowhere`);
  return problems;
}

const linkOf = (link: { kind: string; resourceType: string; nativeId: string }) =>
  `${link.kind} ${link.resourceType} ${link.nativeId}`;

export function conversationDifferences(said: Said, now: Now, _allowed: Allowed): string[] {
  const problems = twice(
    'conversation',
    now.conversations.map(({ conversationId }) => conversationId),
  );
  const found = new Map(now.conversations.map((one) => [one.conversationId, one]));
  for (const before of said.conversations) {
    const after = found.get(before.conversationId);
    found.delete(before.conversationId);
    if (after === undefined) {
      problems.push(`conversation ${before.title} is gone`);
      continue;
    }
    const { messages, ...about } = before;
    problems.push(...unlike(`conversation ${before.title}`, about, after));
    if (messages.length !== after.messages.length)
      problems.push(`${before.title} has ${after.messages.length} messages, not ${messages.length}`);
    for (const [at, message] of messages.entries())
      problems.push(...unlike(`${before.title}, message ${at}`, message, after.messages[at]));
  }
  for (const { title } of found.values()) problems.push(`conversation ${title} came from nowhere`);
  return problems;
}

export function journalDifferences(said: Said, now: Now, { sameInstall }: Allowed): string[] {
  const problems = twice(
    'activity',
    now.activity.map(({ id }) => id),
  );
  const plans = new Map(now.plans.map((one) => [one.plan.planId, one]));
  for (const { plan: planned, status } of said.plans as unknown as { plan: Shape; status: string }[]) {
    const after = plans.get(String(planned.planId));
    problems.push(...unlike(`plan ${planned.title}`, planned, after?.plan));
    // Nobody decided, and its ten minutes are over.
    const over = status === 'proposed' && after?.status === 'expired';
    if (after?.status !== status && !over)
      problems.push(`plan ${planned.title} is ${after?.status}, not ${status}`);
  }
  const executions = new Map(now.executions.map((one) => [one.executionId, one]));
  for (const { plan: _plan, ...execution } of said.executions) {
    const what = `execution ${execution.executionId}`;
    problems.push(...unlike(what, execution, executions.get(execution.executionId)));
  }
  const keyOf = sameInstall ? ({ id }: Row) => id : keyElsewhere;
  const rows = new Map(now.activity.map((row) => [keyOf(row), row]));
  for (const { id, ...row } of said.activity) {
    // Of the workspace alone that was told: that it took the backup in.
    if (!sameInstall && /^maintenance-\d+$/.test(id)) continue;
    problems.push(...unlike(`activity ${row.title}`, row, rows.get(keyOf({ id, ...row }))));
  }
  if (!sameInstall) return problems;
  if (!isDeepStrictEqual(said.unfinished, now.unfinished))
    problems.push(`unfinished are ${now.unfinished}, not ${said.unfinished}`);
  if (now.journal.entries < said.journal.entries || now.journal.brokenAt !== null)
    problems.push(`the journal has ${now.journal.entries} entries and is broken at ${now.journal.brokenAt}`);
  return problems;
}

type Row = Said['activity'][number] | Now['activity'][number];
/** A line about no plan is numbered within its journal, which is another one in each workspace. */
const keyElsewhere = ({ id, kind, planId, at, title }: Row) =>
  planId === null ? `${kind} ${at} ${title}` : id;

/** Documents of the person, and the keys. */
export function documentDifferences(said: Said, now: Now, { sameInstall }: Allowed): string[] {
  const problems: string[] = [];
  for (const kind of sameInstall ? ['settings', 'accounts', 'removed', 'backup'] : ['settings', 'accounts']) {
    const found = new Map(
      now.documents.filter((one) => one.kind === kind).map((one) => [one.key, one.value]),
    );
    for (const { key, value } of said.documents.filter((one) => one.kind === kind)) {
      if (!sameInstall && kind === 'backup') continue;
      problems.push(...unlike(`${kind} ${key}`, value, found.get(key)));
    }
  }
  const cells = new Map(cellsIn(now).map((cell) => [cellKey(cell), cell]));
  for (const cell of cellsIn(said))
    problems.push(...unlike(`cell ${cellKey(cell)}`, cell, cells.get(cellKey(cell))));
  if (sameInstall) {
    for (const slot of said.keys.slots) if (!now.keys.slots.includes(slot)) problems.push(`no slot ${slot}`);
    for (const { keyId } of said.keys.dataKeys)
      if (!now.keys.dataKeys.some((one) => one.keyId === keyId)) problems.push(`data key ${keyId} is gone`);
  }
  return problems;
}

const cellsIn = ({ documents }: Pick<Now, 'documents'>) =>
  documents.flatMap(({ kind, value }) => (kind === 'scan_cell' ? [value as Shape] : []));
const cellKey = ({ accountId, region, service }: Shape) => `${accountId} ${region} ${service}`;

/** Everything of `before` must be there; a later version may say more. Null and absent mean the same. */
export function unlike(what: string, before: unknown, after: unknown): string[] {
  if (after === undefined && before !== undefined && before !== null) return [`${what} is gone`];
  if (isPlain(before) && isPlain(after)) {
    return Object.entries(before).flatMap(([key, value]) =>
      value === null && after[key] === undefined ? [] : unlike(`${what}.${key}`, value, after[key]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((value, at) => unlike(`${what}[${at}]`, value, after[at]));
  if (isDeepStrictEqual(before, after)) return [];
  return [`${what} is ${JSON.stringify(after)?.slice(0, 200)}, not ${JSON.stringify(before)?.slice(0, 200)}`];
}

const isPlain = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function twice(what: string, keys: string[]): string[] {
  const seen = new Set<string>();
  return keys.flatMap((key) => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [`${what} ${key} is there twice`];
  });
}
