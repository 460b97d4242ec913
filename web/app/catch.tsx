/** What is shown in place of a page that has failed in itself, as after an update of the service. */
import { Component, type ReactNode } from 'react';

export class Catch extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="state state-failed" role="alert">
        <h1>This page could not be shown</h1>
        <p>The service may have been updated since it was loaded.</p>
        <button
          type="button"
          className="button"
          onClick={() => {
            window.location.reload();
          }}
        >
          Load it again
        </button>
      </div>
    );
  }
}
