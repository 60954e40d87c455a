import { IconChevronRight } from '@tabler/icons-react';
import type { CellGroup, CellRow } from '../../../preload/contract/models.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { StateLabel } from '../../components/StateLabel.tsx';
import { count, plural, serviceName } from '../../state/format.ts';
import classes from './accounts.module.css';
import { CELL_WORDS, oneOrMany } from './cells.ts';

export const HEADINGS = ['Account', 'Region', 'Service', 'Status', 'Found', 'Age', 'Reason'];

interface Place {
  /** Px from the top of the table. */
  top: number;
  index: number;
  measure: (row: HTMLElement | null) => void;
}

interface GroupLineProps extends Place {
  group: CellGroup;
  opened: boolean;
  onToggle: () => void;
}

/** Cells that could not be read for one reason, which is said once. */
export function GroupLine({ group, opened, onToggle, top, index, measure }: GroupLineProps) {
  const { accountId, status, message, regions, services, found, oldest, cells } = group;
  const { tone, word } = CELL_WORDS[status];
  return (
    <tr
      ref={measure}
      data-index={index}
      className={`${classes.cell} ${classes.cellRow}`}
      style={{ top }}
      aria-rowindex={index + 2}
    >
      <td>
        <AccountBadge accountId={accountId} compact />
      </td>
      <td data-uncut="region">{oneOrMany(regions, 'region')}</td>
      <td>{oneOrMany({ ...services, first: serviceName(services.first) }, 'service')}</td>
      <td>
        <StateLabel state={status} label={word} tone={tone} />
      </td>
      <td className={classes.found}>{count(found)}</td>
      <td>
        <Age iso={oldest} short />
      </td>
      <td className={classes.reason}>
        <button type="button" className={classes.opener} aria-expanded={opened} onClick={onToggle}>
          <IconChevronRight size={14} stroke={1.75} aria-hidden="true" />
          {plural(cells, 'cell')}
        </button>{' '}
        {message}
      </td>
    </tr>
  );
}

interface CellLineProps extends Place {
  /** Undefined until it is fetched. */
  cell: CellRow | undefined;
  /** One of an opened group, whose reason stands above it. */
  member: boolean;
}

export function CellLine({ cell, member, top, index, measure }: CellLineProps) {
  return (
    <tr
      ref={measure}
      data-index={index}
      className={`${classes.cell} ${classes.cellRow} ${member ? classes.member : ''}`}
      style={{ top }}
      aria-rowindex={index + 2}
    >
      {cell ? <CellData cell={cell} member={member} /> : <td>…</td>}
    </tr>
  );
}

function CellData({ cell, member }: { cell: CellRow; member: boolean }) {
  const { tone, word } = CELL_WORDS[cell.status];
  return (
    <>
      <td>
        <AccountBadge accountId={cell.accountId} compact />
      </td>
      <td data-uncut="region">{cell.region}</td>
      <td>{serviceName(cell.service)}</td>
      <td>
        <StateLabel state={cell.status} label={word} tone={tone} />
      </td>
      <td className={classes.found}>{count(cell.count)}</td>
      <td>
        <Age iso={cell.asOf} short />
      </td>
      <td className={classes.reason}>{member ? '' : (cell.message ?? '–')}</td>
    </>
  );
}
