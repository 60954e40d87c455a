import type { MessagePart } from '../../../../preload/contract/models.ts';
import classes from '../chat.module.css';

export function Facts({ title, rows }: Extract<MessagePart, { kind: 'facts' }>) {
  return (
    <section className={classes.facts} aria-label={title}>
      <h3>{title}</h3>
      <dl>
        {rows.map((row) => (
          <div key={row.label}>
            <dt>{row.label}</dt>
            <dd>{row.value === '' ? <span className="soft">–</span> : row.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
