/**
 * Every kind of document in `app.db`, and to what it belongs: declared here alone, since each restore asks.
 *
 * person: goes wherever the state of a workspace goes; a restore replaces or merges it.
 * history: what was done to the data here: comes along only where it takes the place of what is here.
 * install: of the install itself: comes along only where the workspace becomes that install.
 * machine: what was begun or put off here. Never taken from a backup, and kept over a restore.
 * collections: of the collections as they lie here. Never taken from a backup, and not true of what a restore puts
 * in their place.
 * contents: of the rows and of the scan cells as they came to lie here. Not true any more when a restore brings either.
 */
export const DOCUMENTS = {
  settings: 'person',
  accounts: 'person',
  scan_cell: 'person',
  /** When all resources of an account were removed. */
  removed: 'history',
  /** Where and when backups are made, and (`BACKUP_STATE`) which of its own this install has made. */
  backup: 'person',
  /** Records still to be sealed anew; the recovery key that was put off. */
  keys: 'machine',
  /** A removal under way. */
  maintenance: 'collections',
  /** How many resources there were when the app was closed. */
  health: 'collections',
  /** Since when the estate is as it lies here: see `freshness.ts`. */
  estate: 'contents',
  /** The format of each collection. */
  format: 'collections',
} as const satisfies Record<string, DocBelonging>;

export type DocBelonging = 'person' | 'history' | 'install' | 'machine' | 'collections' | 'contents';
export type DocKind = keyof typeof DOCUMENTS;

/** The one document that belongs elsewhere than its kind. */
export const BACKUP_STATE = { kind: 'backup', key: 'state' } as const;

/** `key` null = it could not be opened. A kind that this version does not know is taken for the person's. */
export function belongsTo(kind: string, key: string | null): DocBelonging {
  if (kind === BACKUP_STATE.kind && key === BACKUP_STATE.key) return 'install';
  return isKnown(kind) ? DOCUMENTS[kind] : 'person';
}

export function kindsOf(...belongings: DocBelonging[]): DocKind[] {
  return Object.keys(DOCUMENTS)
    .filter(isKnown)
    .filter((kind) => belongings.includes(DOCUMENTS[kind]));
}

const isKnown = (kind: string): kind is DocKind => Object.hasOwn(DOCUMENTS, kind);
