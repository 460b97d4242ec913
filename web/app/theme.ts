/** Light or dark: as the system has it, unless the viewer says otherwise. */
import { signal } from '../api/signal.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'holdfast.theme';

const kept = (): Theme => THEMES.find((one) => one === localStorage.getItem(KEY)) ?? 'system';

export const theme = signal<Theme>(kept());

export function startTheme(): void {
  const show = () => {
    document.documentElement.dataset['theme'] = theme.get();
  };
  theme.watch(show);
  show();
}

export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  theme.set(next);
}
