/** A button for what not everybody may do: for who may not it says why, and can still be reached to be asked. */
import type { ReactNode } from 'react';
import { mayDo, type Scope } from '../api/rights.js';
import { token } from '../api/session.js';
import { useSignal } from '../api/signal.js';

interface Props {
  readonly needs: Scope;
  readonly className?: string;
  readonly label?: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function ActionButton({
  needs,
  className = 'button',
  label,
  disabled = false,
  onClick,
  children,
}: Props) {
  const may = mayDo(useSignal(token), needs);
  const why = may ? undefined : `Your token does not allow it: the scope ${needs} is missing`;
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-description={why}
      title={why}
      // A button that is disabled altogether gets no focus, and its reason would be found by a mouse only.
      aria-disabled={may ? undefined : true}
      disabled={may && disabled}
      onClick={may ? onClick : undefined}
    >
      {children}
    </button>
  );
}
