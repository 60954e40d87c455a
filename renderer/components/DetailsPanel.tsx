import { ActionIcon } from '@mantine/core';
import { IconArrowLeft, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { backDetails, closeDetails, type DetailsItem, useDetails } from '../state/details.ts';
import classes from './DetailsPanel.module.css';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { PlanCard } from './plan/PlanCard.tsx';
import { ResourceDetails } from './ResourceDetails.tsx';
import { useFocusBack } from './useFocusBack.ts';
import { usePanelWidth } from './usePanelWidth.ts';

/** The panel at the right: the same wherever a resource appears. Esc closes it. */
export function DetailsPanel() {
  const stack = useDetails((state) => state.stack);
  const item = stack.at(-1);
  return item ? <Panel item={item} canGoBack={stack.length > 1} /> : null;
}

function Panel({ item, canGoBack }: { item: DetailsItem; canGoBack: boolean }) {
  const { width, handle } = usePanelWidth();
  const root = useRef<HTMLElement>(null);
  const enter = useDetails((state) => state.enter);
  useFocusBack();
  useEffect(() => {
    if (!enter) return;
    root.current?.focus({ preventScroll: true });
    useDetails.setState({ enter: false });
  }, [enter]);
  return (
    <aside ref={root} tabIndex={-1} className={classes.root} style={{ width }} aria-label="Details">
      {/* biome-ignore lint/a11y/useSemanticElements: an hr takes no focus and cannot be dragged */}
      <div {...handle} role="separator" className={classes.handle} aria-label="Width of the details panel" />
      <header className={classes.bar}>
        {canGoBack && (
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
