import type { BackupPart } from '../names.ts';

/** What an install must hold, kept in plain memory beside the real one; written from the documented rules alone. */
export interface Talk {
  revision: number;
  /** Of a deleted one, when it was deleted. */
  at: number;
  deleted: boolean;
  title: string;
  messages: string[];
}
interface Removed {
  at: number;
  forgotten: boolean;
}
/** `own`: when it was last written; `asOf`: when it was last seen, by a listing that found it unchanged too. */
export interface Known {
  revision: number;
  own: number;
  asOf: number;
  state: string;
}
export interface Model {
  talks: Map<string, Talk>;
  /** By name, which is `account/number`. */
  resources: Map<string, Known>;
  /** By account: when its scan last completed. */
  cells: Map<string, number>;
  accounts: Map<string, { revision: number; note: string }>;
  settings: { revision: number; theme: string } | null;
  removed: Map<string, Removed>;
  /** By what it says, once: of which account and when it was observed. */
  history: Map<string, { account: string; at: number }>;
  /** What the install's own journal says was forgotten, whatever was restored since. */
  journal: Map<string, number>;
}

export const emptyModel = (): Model => ({
  talks: new Map(),
  resources: new Map(),
  cells: new Map(),
  accounts: new Map(),
  settings: null,
  removed: new Map(),
  history: new Map(),
  journal: new Map(),
});

export const copyOf = (model: Model): Model => structuredClone(model);
export const accountOf = (name: string) => name.split('/')[0] ?? '';
export const visible = ({ talks }: Model) => [...talks].filter(([, { deleted }]) => !deleted);

/** Replaces these parts by those of a backup. */
export function replaceParts(target: Model, backup: Model, parts: readonly BackupPart[]): void {
  const from = copyOf(backup);
  if (parts.includes('chat_history')) target.talks = from.talks;
  if (parts.includes('aws_estate')) target.resources = from.resources;
  settleAges(target, parts);
  if (!parts.includes('state')) return;
  const { cells, accounts, settings, removed, history } = from;
  Object.assign(target, { cells, accounts, settings, removed, history });
}

/** Merges these parts of a backup into an install. The order of messages is left to be checked by itself. */
export function mergeParts(target: Model, backup: Model, parts: readonly BackupPart[], madeAt: number): void {
  const before = copyOf(target);
  if (parts.includes('chat_history')) mergeTalks(target, backup);
  if (parts.includes('aws_estate')) mergeResources(target, before, backup, parts.includes('state'));
  settleAges(target, parts);
  if (!parts.includes('state')) return;
  mergeDocs(target, before, backup, madeAt);
  mergeHistory(target, before, backup);
}

/** Rows that are exchanged take their ages along; cells that are exchanged without them lend none any more. */
function settleAges({ resources }: Model, parts: readonly BackupPart[]): void {
  const [rows, cells] = [parts.includes('aws_estate'), parts.includes('state')];
  for (const one of resources.values()) {
    if (rows) one.own = one.asOf;
    else if (cells) one.asOf = one.own;
  }
}

function mergeTalks(target: Model, backup: Model): void {
  for (const [id, theirs] of backup.talks) {
    const ours = target.talks.get(id);
    if (ours === undefined) {
      target.talks.set(id, structuredClone(theirs));
      continue;
    }
    const later =
      theirs.revision - ours.revision ||
      theirs.at - ours.at ||
      Number(theirs.deleted) - Number(ours.deleted) ||
      Number(theirs.title > ours.title) - Number(theirs.title < ours.title);
    if (ours.deleted || theirs.deleted) {
      if (later > 0) target.talks.set(id, structuredClone(theirs));
      continue;
    }
    const fresh = theirs.messages.filter((text) => !ours.messages.includes(text));
    target.talks.set(id, {
      ...(later > 0 ? theirs : ours),
      at: Math.max(ours.at, theirs.at),
      revision: Math.max(ours.revision, theirs.revision) + (fresh.length > 0 ? 1 : 0),
      messages: [...ours.messages, ...fresh],
    });
  }
}

const removal = ({ removed, journal }: Model, account: string): Removed | undefined => {
  const noted = journal.get(account);
  return removed.get(account) ?? (noted === undefined ? undefined : { at: noted, forgotten: true });
};

function isForgotten(model: Model, account: string): boolean {
  return removal(model, account)?.forgotten === true && !model.accounts.has(account);
}

function removedUntil(model: Model, account: string): number {
  const one = removal(model, account);
  return one === undefined || (one.forgotten && model.accounts.has(account)) ? 0 : one.at;
}

function goneAt(model: Model, account: string): number {
  return Math.max(model.cells.get(account) ?? 0, removedUntil(model, account));
}

function mergeHistory(target: Model, before: Model, backup: Model): void {
  for (const [entry, about] of backup.history) {
    const { account, at } = about;
    if (isForgotten(before, account) || at < removedUntil(before, account)) continue;
    target.history.set(entry, about);
  }
}

function mergeResources(target: Model, before: Model, backup: Model, withCells: boolean): void {
  for (const [name, theirs] of backup.resources) {
    const ours = before.resources.get(name);
    const taken =
      ours === undefined
        ? goneAt(before, accountOf(name)) <= theirs.asOf
        : theirs.asOf > ours.asOf || (theirs.asOf === ours.asOf && theirs.revision > ours.revision);
    if (taken) target.resources.set(name, { ...theirs });
  }
  if (!withCells) return;
  for (const [name, { asOf }] of before.resources) {
    const completed = backup.cells.get(accountOf(name)) ?? 0;
    if (!backup.resources.has(name) && completed > asOf) target.resources.delete(name);
  }
}

function mergeDocs(target: Model, before: Model, backup: Model, madeAt: number): void {
  for (const [account, theirs] of backup.accounts) {
    const ours = before.accounts.get(account);
    if (isForgotten(before, account)) continue;
    if (ours !== undefined && (removal(before, account)?.at ?? 0) > madeAt) continue;
    if (ours === undefined || theirs.revision > ours.revision) target.accounts.set(account, { ...theirs });
  }
  for (const [account, asOf] of backup.cells) {
    if (isForgotten(before, account) || asOf < (removal(before, account)?.at ?? 0)) continue;
    target.cells.set(account, Math.max(asOf, before.cells.get(account) ?? 0));
  }
  const [mine, other] = [before.settings, backup.settings];
  if (other !== null && (mine === null || other.revision > mine.revision)) target.settings = { ...other };
}
