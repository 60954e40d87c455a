import { goToResource } from '../state/details.ts';
import { visibleName } from './plan/words.ts';

/** A resource's name that opens the details panel; plain text when it is not in the estate. */
export function ResourceLink({ id, name }: { id: string | null; name: string }) {
  if (id === null) return <span title="Not in the estate">{visibleName(name)}</span>;
  return (
    <button
      type="button"
      className="link-button truncate"
      onClick={(event) => {
        event.stopPropagation();
        goToResource(id);
      }}
    >
      {visibleName(name)}
    </button>
  );
}
