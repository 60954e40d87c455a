import type { MessagePart } from '../../../../preload/contract/models.ts';
import classes from '../chat.module.css';

export function Facts({ title, rows }: Extract<MessagePart, { kind: 'facts' }>) {
  return (
    <div className={classes.facts}>
      <p>{title}</p>
      <dl>
        {rows.map((row) => (
          <div key={row.label}>
            <dt>{row.label}</dt>
            <dd>{row.value === '' ? <span className="soft">–</span> : row.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
