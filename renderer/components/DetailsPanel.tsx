import { ActionIcon } from '@mantine/core';
import { IconArrowLeft, IconX } from '@tabler/icons-react';
import { backDetails, closeDetails, useDetails } from '../state/details.ts';
import classes from './DetailsPanel.module.css';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { PlanCard } from './plan/PlanCard.tsx';
import { ResourceDetails } from './ResourceDetails.tsx';
import { usePanelWidth } from './usePanelWidth.ts';

/** The panel at the right: the same wherever a resource appears. Esc closes it. */
export function DetailsPanel() {
  const stack = useDetails((state) => state.stack);
  const { width, handle } = usePanelWidth();
  const item = stack.at(-1);
  if (!item) return null;
  return (
    <aside className={classes.root} style={{ width }} aria-label="Details">
      {/* biome-ignore lint/a11y/useSemanticElements: an hr takes no focus and cannot be dragged */}
      <div {...handle} role="separator" className={classes.handle} aria-label="Width of the details panel" />
      <header className={classes.bar}>
        {stack.length > 1 && (
          <ActionIcon aria-label="Back" onClick={backDetails}>
            <IconArrowLeft size={16} stroke={1.75} />
          </ActionIcon>
        )}
        <span className={classes.kind}>{item.kind === 'plan' ? 'Plan' : 'Resource'}</span>
        <ActionIcon aria-label="Close details" title="Close (Esc)" onClick={closeDetails}>
          <IconX size={16} stroke={1.75} />
        </ActionIcon>
      </header>
      <div className={classes.content}>
        {item.kind === 'plan' ? (
          <ErrorBoundary key={item.planId} name="The plan">
            <PlanCard planId={item.planId} />
          </ErrorBoundary>
        ) : (
          <ErrorBoundary key={item.id} name="The resource">
            <ResourceDetails id={item.id} />
          </ErrorBoundary>
        )}
      </div>
    </aside>
  );
}
