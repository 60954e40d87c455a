import { Component, type ReactNode } from 'react';
import { ErrorState } from './ErrorState.tsx';

interface Props {
  /** What stopped, as in `The Explorer`. */
  name: string;
  children: ReactNode;
}

/** Keeps a fault in one part of the page there: the rest stays usable, and the part can be drawn again. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const words = new Error(
      `${this.props.name} could not be drawn: ${error.message}. Nothing was changed by this.`,
    );
    return (
      <div style={{ padding: 16 }}>
        <ErrorState error={words} onRetry={() => this.setState({ error: null })} />
      </div>
    );
  }
}
