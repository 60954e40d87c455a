import { useState } from 'react';
import type { ChatMessage } from '../../../../preload/contract/models.ts';
import { Age } from '../../../components/Age.tsx';
import { ResourceLink } from '../../../components/ResourceLink.tsx';
import { count, typeName } from '../../../state/format.ts';
import classes from '../chat.module.css';

const FEW = 4;

/** Which cached resources an answer rests on, and how old each is. */
export function Sources({ sources }: { sources: ChatMessage['sources'] }) {
  const [all, setAll] = useState(false);
  if (sources.length === 0) return null;
  const shown = all ? sources : sources.slice(0, FEW);
  return (
    <div className={classes.sources}>
      <span>{sources.length === 1 ? 'Source' : 'Sources'}</span>
      {shown.map((source) => (
        <span key={source.resourceId} className={classes.source}>
          <ResourceLink id={source.resourceId} name={source.name} />
          <span>
            {typeName(source.resourceType)}, <Age iso={source.asOf} />
          </span>
        </span>
      ))}
      {sources.length > FEW && (
        <button type="button" className="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'show fewer' : `${count(sources.length - FEW)} more`}
        </button>
      )}
    </div>
  );
}
