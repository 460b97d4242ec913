/** The title of the tab: what is shown, in short. */
import { useEffect } from 'react';
import { markLine } from '../../src/client/unseen.js';

export function useTitle(text: string): void {
  useEffect(() => {
    document.title = `${markLine(text)} – Holdfast`;
  }, [text]);
}
