import type { MessagePart } from '../../../../preload/contract/models.ts';
import { AccountBadge } from '../../../components/AccountBadge.tsx';
import { Age } from '../../../components/Age.tsx';
import { visibleName } from '../../../components/plan/words.ts';
import { ResourceLink } from '../../../components/ResourceLink.tsx';
import { StateLabel } from '../../../components/StateLabel.tsx';
import { count, plural, typeName } from '../../../state/format.ts';
import { navigate } from '../../../state/nav.ts';
import classes from '../chat.module.css';

/** The rows an answer is about; all of them are one click away. */
export function Resources({ rows, total, query }: Extract<MessagePart, { kind: 'resources' }>) {
  return (
    <div>
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        <section className={classes.tableBox} tabIndex={0} aria-label="Resources">
          <table className={classes.table}>
            <thead>
              <tr>
                <th>Name</th>
                <th>Type</th>
                <th>Account</th>
                <th>Region</th>
                <th>State</th>
                <th>Age</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td title={visibleName(row.name)}>
                    <ResourceLink id={row.id} name={row.name} />
                  </td>
                  <td>{typeName(row.resourceType)}</td>
                  <td>
                    <AccountBadge accountId={row.accountId} compact />
                  </td>
                  <td className="mono">
                    <span data-uncut="region">{row.region}</span>
                  </td>
                  <td>
                    <StateLabel state={row.state} />
                  </td>
                  <td>
                    <Age iso={row.asOf} short />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <p className={classes.tableFoot}>
        {total > rows.length && <span>{`${count(rows.length)} of ${plural(total, 'resource')}`}</span>}
        {query && total > 0 && (
          <button
            type="button"
            className="link-button"
            onClick={() => navigate({ screen: 'explorer', query })}
          >
            {`Show all ${count(total)} in Explorer`}
          </button>
        )}
      </p>
    </div>
  );
}
