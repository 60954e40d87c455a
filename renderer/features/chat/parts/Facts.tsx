import type { MessagePart } from '../../../../preload/contract/models.ts';
import { visible } from '../../../components/plan/words.ts';
import classes from '../chat.module.css';

/** From so many rows on they stand in two columns. */
const MANY = 8;

export function Facts({ title, rows }: Extract<MessagePart, { kind: 'facts' }>) {
  return (
    <div className={classes.facts}>
      <p>{visible(title)}</p>
      <dl data-many={rows.length > MANY || undefined}>
        {rows.map((row) => (
          <div key={`${row.label} ${row.value}`}>
            <dt>{visible(row.label)}</dt>
            <dd>{row.value === '' ? <span className="soft">–</span> : visible(row.value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
