/** Asks whether something is really meant. */
import type { ReactNode } from 'react';
import { Dialog } from './dialog.js';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly yes: string;
  readonly no: string;
  readonly danger?: boolean;
  readonly pending: boolean;
  readonly error: Error | null;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, children, yes, no, danger = false, pending, error, onYes, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {error === null ? null : (
        <p className="wrong" role="alert">
          {error.message}
        </p>
      )}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {no}
        </button>
        <button
          type="button"
          className={danger ? 'button button-danger-main' : 'button button-main'}
          disabled={pending}
          onClick={onYes}
        >
          {yes}
        </button>
      </footer>
    </Dialog>
  );
}
