import type { Execution } from '../../../preload/contract/models.ts';
import { Id } from '../Id.tsx';
import classes from './plan.module.css';
import { clock, duration, outcome, visible } from './words.ts';

interface Props {
  execution: Execution;
  now: number;
}

/** What became of a run, in one line: the first thing its record says, and in sight while the rest is read. */
export function PlanOutcome({ execution, now }: Props) {
  const { tone, headline } = outcome(execution, now);
  return (
    <p className={classes.headline} data-tone={tone} role="status">
      <span className={classes.resultMark} aria-hidden="true">
        {tone === 'good' ? '✓' : tone === 'bad' ? '✕' : '?'}
      </span>
      {headline}
    </p>
  );
}

/** Why, what to do now, and who, when, how long. */
export function PlanRecord({ execution, now }: Props) {
  const { detail, next } = outcome(execution, now);
  const { startedAt, finishedAt } = execution;
  const took = finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
  return (
    <div className={classes.result}>
      {detail !== null && <p>{detail}</p>}
      {next !== null && <p>{next}</p>}
      <p className={classes.record}>
        {execution.askedBy !== execution.approvedBy && <span>for {visible(execution.askedBy)}</span>}
        <span>approved by {visible(execution.approvedBy)}</span>
        <span className="num">{clock(startedAt, now)}</span>
        {took !== null && <span className="num">took {duration(took)}</span>}
        {execution.requestId !== null && (
          <span>
            request <Id value={execution.requestId} max={18} />
          </span>
        )}
      </p>
    </div>
  );
}
