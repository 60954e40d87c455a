import { elsewhere, type Resource, type ResourceDetail } from '../../preload/contract/models.ts';
import { pushDetails } from '../state/details.ts';
import { typeName } from '../state/format.ts';
import { visible } from './plan/words.ts';
import classes from './RelatedList.module.css';

type Related = ResourceDetail['related'][number];

type Words = { out: string; in: string };
const WORDS = new Map<string, Words>([
  ['in', { out: 'in', in: 'contains' }],
  ['attached_to', { out: 'attached to', in: 'has attached' }],
  ['uses', { out: 'uses', in: 'used by' }],
  ['targets', { out: 'targets', in: 'target of' }],
  ['replica_of', { out: 'replica of', in: 'replicated by' }],
]);

/** A kind that this version does not know is said by its own word, from this end or from the other. */
function wordsOf({ kind, direction }: Related): string {
  const own = kind.replaceAll('_', ' ');
  return (WORDS.get(kind) ?? { out: own, in: `${own} (from it)` })[direction];
}

/** What this resource stands in relation to; one that is in the estate opens in the panel. */
export function RelatedList({ related, here }: { related: Related[]; here: Resource }) {
  return (
    <ul className={classes.root}>
      {related.map((relation) => (
        <li
          key={[
            relation.direction,
            relation.kind,
            relation.resourceType,
            relation.accountId,
            relation.region,
            relation.nativeId,
          ].join(' ')}
          className={classes.line}
        >
          <span className="soft">{wordsOf(relation)}</span>
          <Name relation={relation} />
          <span
            className={classes.type}
          >{`${typeName(relation.resourceType)}${elsewhere(relation, here)}`}</span>
        </li>
      ))}
    </ul>
  );
}

function Name({ relation: { id, name, nativeId } }: { relation: Related }) {
  const shown = visible(name || nativeId);
  if (id === null) {
    return (
      <span className="truncate" title="Not in the estate: not scanned, or gone">
        {shown}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="link-button truncate"
      onClick={() => pushDetails({ kind: 'resource', id })}
    >
      {shown}
    </button>
  );
}
