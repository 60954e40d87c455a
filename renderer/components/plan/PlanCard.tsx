import { useEffect, useRef, useState } from 'react';
import { ErrorState } from '../ErrorState.tsx';
import { TextSkeleton } from '../Skeletons.tsx';
import { PlanDecision } from './PlanDecision.tsx';
import { PlanFacts, PlanSubject } from './PlanFacts.tsx';
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
        <div className={classes.heading}>
          <h2 className={classes.title}>{visibleTitle(plan)}</h2>
          <RiskMark risk={plan.risk} />
        </div>
        <PlanSubject plan={plan} now={now} frozen={phase !== 'proposed'} />
      </header>
      <PlanFacts plan={plan} />
      {phase === 'proposed' && <PlanDecision current={current} onDecided={() => setDecided(true)} />}
      {(phase === 'running' || phase === 'finished') && (
        <PlanRun view={view} now={now} inThread={inThread} takeFocus={decided} />
      )}
      {(phase === 'rejected' || phase === 'expired') && (
        <Closed phase={phase} expiresAt={plan.expiresAt} now={now} takeFocus={decided} />
      )}
    </article>
  );
}

interface ClosedProps {
  phase: Extract<PlanPhase, 'rejected' | 'expired'>;
  expiresAt: string;
  now: number;
  takeFocus: boolean;
}

function Closed({ phase, expiresAt, now, takeFocus }: ClosedProps) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) root.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  return (
    <div className={classes.footer} role="status" tabIndex={-1} ref={root}>
      {phase === 'rejected' ? (
        <p>
          <strong>Rejected.</strong> Nothing was sent to AWS.
        </p>
      ) : (
        <p>
          <strong>Expired {clock(expiresAt, now)}.</strong> Nothing was sent to AWS. Ask again for a plan with
          fresh checks.
        </p>
      )}
    </div>
  );
}
