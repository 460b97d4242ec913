/**
 * React's JSX for a page that shows texts of others: in what an element shows or says of itself, characters that cannot
 * be seen are marked. Components get their properties as they are, so that names stay names.
 */
import { Fragment, jsx as reactJsx, jsxs as reactJsxs } from 'react/jsx-runtime';
import { markLine, markText } from '../../src/client/unseen.js';

export type { JSX } from 'react/jsx-runtime';
export { Fragment };

type Create = typeof reactJsx;
type Props = Readonly<Record<string, unknown>>;

/** Attributes that are read out, or shown when pointed at. */
const TOLD = ['title', 'aria-label', 'aria-valuetext', 'alt', 'placeholder'];

const marking =
  (create: Create): Create =>
  (type, props, key) =>
    create(type, typeof type === 'string' || type === Fragment ? shown(props as Props) : props, key);

export const jsx = marking(reactJsx);
export const jsxs = marking(reactJsxs);

function shown(props: Props): Props {
  const changed: Record<string, unknown> = {};
  const children = childrenOf(props['children']);
  if (children !== props['children']) changed['children'] = children;
  for (const name of TOLD) {
    const text = props[name];
    if (typeof text === 'string') changed[name] = markLine(text);
  }
  return { ...props, ...changed };
}

/** The same if nothing in it is a text that has to be marked. */
function childrenOf(children: unknown): unknown {
  if (typeof children === 'string') return markText(children);
  if (!Array.isArray(children)) return children;
  const all = children as readonly unknown[];
  const marks = all.map(childrenOf);
  return marks.some((child, at) => child !== all[at]) ? marks : children;
}
