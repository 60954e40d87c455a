import type { ActivityRow } from '../../../preload/contract/models.ts';
import { AccountBadge } from '../../components/AccountBadge.tsx';
import { Age } from '../../components/Age.tsx';
import { RiskMark } from '../../components/plan/RiskMark.tsx';
import { duration, stateChange, visible } from '../../components/plan/words.ts';
import { StateLabel } from '../../components/StateLabel.tsx';
import classes from './activity.module.css';

export const HEADINGS = [
  { name: 'time', label: 'Time' },
  { name: 'title', label: 'What' },
  { name: 'state', label: 'State' },
  { name: 'change', label: 'Before → after' },
  { name: 'risk', label: 'Risk' },
  { name: 'account', label: 'Account' },
  { name: 'region', label: 'Region' },
  { name: 'profile', label: 'Profile' },
  { name: 'duration', label: 'Took' },
] as const;

interface Props {
  /** undefined = on its way. */
  row: ActivityRow | undefined;
  index: number;
  active: boolean;
  open: boolean;
  height: number;
  onOpen: () => void;
}

export const lineId = (index: number) => `activity-${index}`;

export function ActivityLine({ row, index, active, open, height, onOpen }: Props) {
  return (
    <tr
      id={lineId(index)}
      aria-rowindex={index + 2}
      aria-selected={open}
      className={classes.line}
      data-active={active || undefined}
      data-open={open || undefined}
      data-plan={row?.planId ? true : undefined}
      style={{ height }}
      onClick={onOpen}
    >
      {HEADINGS.map(({ name }) => (
        <td key={name} data-column={name}>
          {row ? content(name, row) : <span className="soft">…</span>}
        </td>
      ))}
    </tr>
  );
}

const NONE = <span className="soft">–</span>;

function content(name: (typeof HEADINGS)[number]['name'], row: ActivityRow) {
  switch (name) {
    case 'time':
      return <Age iso={row.at} />;
    case 'title':
      return <Title row={row} />;
    case 'state':
      return <StateLabel state={row.state} />;
    case 'change':
      return row.stateNow === null ? NONE : <Change before={row.stateBefore} now={row.stateNow} />;
    case 'risk':
      return row.risk === null ? NONE : <RiskMark risk={row.risk} quiet />;
    case 'account':
      return row.accountId === null ? NONE : <AccountBadge accountId={row.accountId} compact />;
    case 'region':
      return row.region === null ? (
        NONE
      ) : (
        <span className="mono" data-uncut="region">
          {row.region}
        </span>
      );
    case 'profile':
      return row.profile ?? NONE;
    case 'duration':
      return row.durationMs === null ? NONE : <span className="num">{duration(row.durationMs)}</span>;
  }
}

function Change({ before, now }: { before: string | null; now: string }) {
  const change = stateChange(before, now);
  return <span title={change}>{change}</span>;
}

function Title({ row }: { row: ActivityRow }) {
  const name = row.resourceName === null ? null : visible(row.resourceName);
  const title = visible(row.title);
  return (
    <span title={name === null ? title : `${title}: ${name}`}>
      {title}
      {name !== null && !title.includes(name) && (
        <>
          {' '}
          <bdi className="soft">{name}</bdi>
        </>
      )}
    </span>
  );
}
