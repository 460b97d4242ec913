/** The few small pictures of the page; what they say is said in words beside them. */
import type { ReactNode } from 'react';

const PATHS = {
  mark: <path d="M4 2.5v11M12 2.5v11M4 8h8" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  running: <path d="M8 2.5a5.5 5.5 0 1 1-5.5 5.5" />,
  done: <path d="M3 8.5l3.3 3.3L13 4.8" />,
  error: <path d="M4 4l8 8M12 4l-8 8" />,
  canceled: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M4.2 11.8l7.6-7.6" />
    </>
  ),
  skipped: <path d="M3.5 4.5L7 8l-3.5 3.5M8.5 4.5L12 8l-3.5 3.5" />,
  system: (
    <>
      <rect x="2.5" y="3" width="11" height="7.5" rx="1.2" />
      <path d="M6 13.3h4" />
    </>
  ),
  light: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
    </>
  ),
  dark: <path d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" />,
  up: <path d="M4 10l4-4 4 4" />,
  down: <path d="M4 6l4 4 4-4" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  download: <path d="M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.3h10" />,
  plus: <path d="M8 3v10M3 8h10" />,
  minus: <path d="M3 8h10" />,
  fit: <path d="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M10.2 10.2L13.5 13.5" />
    </>
  ),
  retry: <path d="M3 8a5 5 0 1 1 1.6 3.7M3 12.5V9.3h3.2" />,
} satisfies Readonly<Record<string, ReactNode>>;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className={`glyph glyph-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}
