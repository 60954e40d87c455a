import { Button, VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Execution, PlanView } from '../../../preload/contract/models.ts';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import { StateLabel } from '../StateLabel.tsx';
import { CopyText } from './CopyText.tsx';
import { ExecutionLog } from './ExecutionLog.tsx';
import { PlanAgain } from './PlanAgain.tsx';
import classes from './plan.module.css';
import { isFinal } from './planPhase.ts';
import { executionSteps, type Step } from './steps.ts';
import { answerText, clock, duration } from './words.ts';

interface Props {
  view: PlanView;
  now: number;
  inThread: boolean;
  /** The person approved here: the focus follows to the run. */
  takeFocus: boolean;
}

/** The run of an approved plan while it goes on, and how it went afterwards. */
export function PlanRun({ view, now, inThread, takeFocus }: Props) {
  const { plan, execution } = view;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takeFocus) root.current?.focus({ preventScroll: true });
  }, [takeFocus]);
  const ended = execution !== null && isFinal(execution.state);
  return (
    <div className={classes.footer} tabIndex={-1} ref={root}>
      {!ended && <Progress execution={execution} expectedState={plan.expectedState} />}
      <ol className={classes.steps} aria-label="Steps">
        {executionSteps(plan, execution).map((step) => (
          <StepLine key={step.name} step={step} now={now} />
        ))}
      </ol>
      {execution && (
        <Log key={execution.executionId} execution={execution} ended={ended} inThread={inThread} />
      )}
      {ended && execution.state !== 'succeeded' && <PlanAgain plan={plan} what="again" />}
      {ended && execution.state === 'succeeded' && <PlanAgain plan={plan} what="undo" />}
      {execution?.state === 'waiting' && (
        <StopWaiting
          executionId={execution.executionId}
          onStopped={() => root.current?.focus({ preventScroll: true })}
        />
      )}
    </div>
  );
}

function Progress({ execution, expectedState }: { execution: Execution | null; expectedState: string }) {
  if (!execution) return <p role="status">Approved. The run is about to begin.</p>;
  return (
    <p className={classes.live} role="status">
      <StateLabel state={execution.stateBefore} />
      {execution.stateNow !== null && execution.stateNow !== execution.stateBefore && (
        <>
          <span className="soft">→</span>
          <StateLabel state={execution.stateNow} />
        </>
      )}
      <span className="soft">waiting for {expectedState}</span>
    </p>
  );
}

const MARKS: Record<Step['mark'], { mark: string; word: string }> = {
  todo: { mark: '○', word: 'To do' },
  active: { mark: '▲', word: 'Now' },
  done: { mark: '✓', word: 'Done' },
  failed: { mark: '✕', word: 'Failed' },
  unknown: { mark: '?', word: 'Unknown' },
  skipped: { mark: '–', word: 'Not done' },
};

function StepLine({ step, now }: { step: Step; now: number }) {
  const { mark, word } = MARKS[step.mark];
  return (
    <li data-mark={step.mark} aria-current={step.mark === 'active' ? 'step' : undefined}>
      <span className={classes.stepMark} aria-hidden="true">
        {mark}
      </span>
      <span>
        <VisuallyHidden>{word}: </VisuallyHidden>
        {step.label}
      </span>
      {step.at !== null && (
        <span className={classes.stepTime}>
          {clock(step.at, now)}
          {step.mark === 'active' && since(step.at, now)}
        </span>
      )}
    </li>
  );
}

/** The clock the card is drawn by lags up to a second behind, so the first second is not shown. */
function since(at: string, now: number): string {
  const passed = now - Date.parse(at);
  return passed < 1_000 ? '' : ` · ${duration(passed)}`;
}

function Log({ execution, ended, inThread }: { execution: Execution; ended: boolean; inThread: boolean }) {
  const [open, setOpen] = useState(!inThread);
  const { executionId, logLines, answer } = execution;
  if (!ended) return <ExecutionLog executionId={executionId} logLines={logLines} tail={5} />;
  return (
    <>
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'hide log' : 'show log'}
      </button>
      {open && <ExecutionLog executionId={executionId} logLines={logLines} tail={null} />}
      {answer !== null && <Answer answer={answer} />}
    </>
  );
}

/** AWS's own words, for whoever has to show them to somebody; folded away, since it is long. */
function Answer({ answer }: { answer: NonNullable<Execution['answer']> }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'hide AWS’s answer' : 'show AWS’s answer'}
      </button>
      {open && (
        <div className={classes.answer}>
          <CopyText label="Copy AWS’s answer" text={answerText(answer)} />
        </div>
      )}
    </>
  );
}

function StopWaiting({ executionId, onStopped }: { executionId: string; onStopped: () => void }) {
  const stop = useAction('executions.stopWaiting', onStopped);
  return (
    <>
      {stop.error && <ErrorState error={stop.error} />}
      <div className={classes.stop}>
        <Button
          type="button"
          variant="default"
          loading={stop.isPending}
          onClick={() => stop.mutate({ executionId })}
        >
          Stop waiting
        </Button>
        <span className={classes.reason}>
          This ends the waiting only. It cannot stop the change: AWS has accepted the call and goes on with
          it.
        </span>
      </div>
    </>
  );
}
