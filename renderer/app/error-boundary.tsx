import { Component, type ReactNode } from 'react';
import { ErrorState } from '#renderer/ui/index.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';

/** A page that cannot be drawn says so in its place; the rest of the app goes on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown; at: string }> {
  override state = { error: null as unknown, at: '' };

  static getDerivedStateFromError(error: unknown) {
    return { error, at: location.pathname };
  }

  override render() {
    if (this.state.error === null || this.state.at !== location.pathname) return this.props.children;
    const error = new TrainyardError('PAGE_FAILED', 'This page could not be drawn.', {
      details: this.state.error instanceof Error ? this.state.error.message : String(this.state.error),
    });
    return (
      <div className="page">
        <ErrorState error={error} onRetry={() => this.setState({ error: null })} />
      </div>
    );
  }
}
