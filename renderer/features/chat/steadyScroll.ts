/** What a scroll box looked like at the last moment the person moved it, or it was corrected. */
export interface ScrollPlace {
  /** The person was reading the end: new content may take them along. */
  atEnd: boolean;
  /** Otherwise, what they were reading: the first visible item, and its distance from the top of the box. */
  anchorTop: number | null;
}

const END_SLACK = 24;

export function isAtEnd(scrollTop: number, clientHeight: number, scrollHeight: number): boolean {
  return scrollHeight - clientHeight - scrollTop <= END_SLACK;
}

/**
 * Where to scroll after the content changed: to the end only for those who were at the end, for all others so
 * that what they were reading stays where it was.
 */
export function steadyScrollTop(
  place: ScrollPlace,
  now: { scrollTop: number; clientHeight: number; scrollHeight: number; anchorTop: number | null },
): number {
  if (place.atEnd) return Math.max(0, now.scrollHeight - now.clientHeight);
  if (place.anchorTop === null || now.anchorTop === null) return now.scrollTop;
  return now.scrollTop + (now.anchorTop - place.anchorTop);
}
