/** The title of the tab: what is shown, in short. */
import { useEffect } from 'react';

export function useTitle(text: string): void {
  useEffect(() => {
    document.title = `${text} – Holdfast`;
  }, [text]);
}
