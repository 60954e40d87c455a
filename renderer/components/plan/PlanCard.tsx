import { useEffect, useRef, useState } from 'react';
import type { Plan } from '../../../preload/contract/models.ts';
import { ErrorState } from '../ErrorState.tsx';
import { TextSkeleton } from '../Skeletons.tsx';
import { PlanAgain } from './PlanAgain.tsx';
import { PlanDecision } from './PlanDecision.tsx';
import { PlanFacts, PlanSubject } from './PlanFacts.tsx';
import { PlanOutcome, PlanRecord } from './PlanResult.tsx';
import { PlanRun } from './PlanRun.tsx';
import classes from './plan.module.css';
import type { PlanPhase } from './planPhase.ts';
import { RiskMark } from './RiskMark.tsx';
import { type PlanNow, usePlan } from './usePlan.ts';
import { clock, visibleTitle } from './words.ts';

interface Props {
  planId: string;
  /** In a thread: the log of an ended run is folded away until it is asked for. */
  inThread?: boolean;
}

/**
 * What is asked, who acts, on what, with which exact call; the decision; the run; and afterwards the record.
 * The plan's state decides which of these it draws.
 */
export function PlanCard({ planId, inThread = false }: Props) {
  const { current, error, refetch } = usePlan(planId);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!current) {
    return (
      <div className={classes.card} data-loading>
        <TextSkeleton lines={9} />
      </div>
    );
  }
  return <LoadedCard current={current} inThread={inThread} />;
}

function LoadedCard({ current, inThread }: { current: PlanNow; inThread: boolean }) {
  const { view, phase, now } = current;
  const { plan } = view;
  const ended = phase === 'finished' ? view.execution : null;
  // A decision makes the button that was pressed disappear: the focus goes on to what it led to.
  const [decided, setDecided] = useState(false);
  return (
    <article
      className={classes.card}
      data-risk={plan.risk}
      data-phase={phase}
      aria-label={`Plan: ${visibleTitle(plan)}`}
    >
      <header className={classes.top}>
        {ended && <PlanOutcome execution={ended} now={now} />}
        <div className={classes.heading}>
          <h2 className={classes.title}>{visibleTitle(plan)}</h2>
          <RiskMark risk={plan.risk} />
        </div>
        {!ended && <PlanSubject plan={plan} now={now} frozen={phase !== 'proposed'} />}
      </header>
      {ended && (
        <>
          <PlanRecord execution={ended} now={now} />
          <PlanSubject plan={plan} now={now} frozen />
        </>
      )}
      <PlanFacts plan={plan} inThread={inThread} />
      {phase === 'proposed' && <PlanDecision current={current} onDecided={() => setDecided(true)} />}
      {(phase === 'running' || phase === 'finished') && (
        <PlanRun view={view} now={now} inThread={inThread} takeFocus={decided} />
      )}
      {(phase === 'rejected' || phase === 'expired') && (
        <Closed phase={phase} plan={plan} now={now} takeFocus={decided} />
      )}
    </article>
  );
}

interface ClosedProps {
  phase: Extract<PlanPhase, 'rejected' | 'expired'>;
  plan: Plan;
  now: number;
  takeFocus: boolean;
}

function Closed({ phase, plan, now, takeFocus }: ClosedProps) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) root.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  return (
    <div className={classes.footer} tabIndex={-1} ref={root}>
      {phase === 'rejected' ? (
        <p role="status">
          <strong>Rejected.</strong> Nothing was sent to AWS.
        </p>
      ) : (
        <p role="status">
          <strong>Expired {clock(plan.expiresAt, now)}.</strong> Nothing was sent to AWS.
        </p>
      )}
      <PlanAgain plan={plan} what="again" />
    </div>
  );
}
