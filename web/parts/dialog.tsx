/** A dialog over the page, as the browser has it: it keeps the focus, and Escape closes it. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Glyph } from './glyph.js';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

export function Dialog({ title, children, onClose }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog?.open !== false) return;
    dialog.showModal();
    // Not the cross in the corner, which comes first.
    dialog.querySelector<HTMLElement>('form input, form select, form textarea, footer button')?.focus();
  }, []);
  return (
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        // The dialog itself is only what is around its content.
        if (event.target === element.current) element.current.close();
      }}
    >
      <div className="dialog-content">
        <header>
          <h2 id={heading}>{title}</h2>
          <button
            type="button"
            className="icon-button"
            aria-label="Close"
            onClick={() => element.current?.close()}
          >
            <Glyph name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
