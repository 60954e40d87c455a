import { openResource } from '../state/details.ts';

/** A resource's name that opens the details panel; plain text when it is not in the estate. */
export function ResourceLink({ id, name }: { id: string | null; name: string }) {
  if (id === null) return <span title="Not in the estate">{name}</span>;
  return (
    <button
      type="button"
      className="link-button truncate"
      onClick={(event) => {
        event.stopPropagation();
        openResource(id);
      }}
    >
      {name}
    </button>
  );
}
