import { useState } from 'react';
import type { ResourceFilter } from '../../../preload/contract/models.ts';
import type { RouteOutput } from '../../../preload/contract/requests.ts';
import { useAccounts } from '../../api/useAccounts.ts';
import { useScope } from '../../api/useSettings.ts';
import { visible } from '../../components/plan/words.ts';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import type { Fold } from '../../components/useFold.ts';
import { count, typeName } from '../../state/format.ts';
import classes from './explorer.module.css';
import { facetLines } from './facets.ts';
import { chosenCount, clearFacet, type FilterKey, toggleFacet, useExplorer } from './store.ts';
import { useOneStop } from './useOneStop.ts';

type Facets = RouteOutput<'resources.query'>['facets'];
const SHOWN = 8;

/** Counts by type, account, region, state and tag; ticking narrows the table. */
export function FacetPanel({ facets, fold }: { facets: Facets | null; fold: Fold }) {
  useOneStop(fold.part);
  const { byId } = useAccounts();
  const scope = useScope();
  const { filter, text } = useExplorer();
  const labels: Record<FilterKey, (value: string) => string> = {
    resourceTypes: typeName,
    accountIds: (id) => byId.get(id)?.name ?? id,
    regions: (region) => region,
    states: (state) => (state === 'none' ? 'no state' : state),
    tags: (tag) => tag,
  };
  const groups: [FilterKey, string, string[]][] = [
    ['resourceTypes', 'Type', []],
    ['accountIds', 'Account', scope.accountIds],
    ['regions', 'Region', scope.regions],
    ['states', 'State', []],
    ['tags', 'Tag', []],
  ];
  return (
    // A scrolling region is reached by keyboard through the boxes in it.
    <aside ref={fold.part} className={classes.facets} data-open={fold.open || undefined} aria-label="Filters">
      {facets === null && <TextSkeleton lines={14} />}
      {facets?.resourceTypes.length === 0 && chosenCount(filter) === 0 && (
        <p className={classes.facetEmpty}>
          {text === '' ? 'Filters appear with the first resources.' : 'Nothing to filter.'}
        </p>
      )}
      {facets &&
        groups.map(([key, title, only]) => (
          <FacetGroup
            key={key}
            name={key}
            title={title}
            values={only.length > 0 ? facets[key].filter((v) => only.includes(v.value)) : facets[key]}
            label={labels[key]}
          />
        ))}
    </aside>
  );
}

interface GroupProps {
  name: FilterKey;
  title: string;
  values: Facets['states'];
  label: (value: string) => string;
}

function FacetGroup({ name, title, values, label }: GroupProps) {
  const chosen: string[] = useExplorer((state) => state.filter)[name] ?? NONE;
  const [open, setOpen] = useState(false);
  const lines = facetLines(values, chosen, open ? Number.POSITIVE_INFINITY : SHOWN);
  const hidden = values.length - SHOWN;
  if (lines.length === 0) return null;
  return (
    <fieldset className={classes.facet}>
      <legend className={classes.facetTitle}>
        {title}
        {chosen.length > 0 && (
          <button type="button" className="link-button" onClick={() => clearFacet(name)}>
            clear<span className="visually-hidden"> {title}</span>
          </button>
        )}
      </legend>
      {lines.map((line) => (
        <label key={line.value} className={classes.facetLine} title={visible(label(line.value))}>
          <input
            type="checkbox"
            checked={chosen.includes(line.value)}
            onChange={() => toggleFacet(name, line.value)}
          />
          <span className="truncate">{visible(label(line.value))}</span>
          <span className={classes.facetCount}>{count(line.count)}</span>
        </label>
      ))}
      {hidden > 0 && (
        <button
          type="button"
          className={`link-button ${classes.facetMore}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Fewer' : `${count(hidden)} more`}
        </button>
      )}
    </fieldset>
  );
}

const NONE: NonNullable<ResourceFilter['states']> = [];
