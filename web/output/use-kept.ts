/** What is on or off in this browser, also the next time; off at first. */
import { useState } from 'react';

export function useKept(key: string): [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => localStorage.getItem(key) === 'on');
  const set = (next: boolean) => {
    localStorage.setItem(key, next ? 'on' : 'off');
    setOn(next);
  };
  return [isOn, set];
}
