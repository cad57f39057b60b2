/**
 * Runs in the page: texts that are cut off where it is not meant (class `clip` says that it is meant), controls that lie
 * over each other, and a page that scrolls sideways. Sentences about each, none where all is well. Must not refer to
 * anything outside itself.
 */
export function crowding(): string[] {
  const found: string[] = [];
  const over = document.querySelector('[role=dialog], [role=menu]');
  const scope = over ?? document.body;
  const words = (element: Element) =>
    `${element.tagName.toLowerCase()}${element.className && typeof element.className === 'string' ? `.${element.className.trim().split(/\s+/).join('.')}` : ''} "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  const isShown = (element: Element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.opacity !== '0';
  };
  const mayBeCut =
    '.clip, .hidden-visually, .log__view, .log__view *, .cm-editor, .cm-editor *, input, textarea, select, option, pre, .mono, .u-wrap, .u-wrap *, .skip, svg, svg *';
  for (const element of scope.querySelectorAll<HTMLElement>('*')) {
    if (element.matches(mayBeCut) || !isShown(element)) continue;
    const ownText = [...element.childNodes].filter(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
    );
    const [firstText] = ownText;
    const lastText = ownText.at(-1);
    if (!firstText || !lastText) continue;
    const style = getComputedStyle(element);
    const hides = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll';
    if (hides && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${words(element)}`);
    // Text that leaves the box of the nearest element that hides what leaves it.
    const range = document.createRange();
    range.setStartBefore(firstText);
    range.setEndAfter(lastText);
    const text = range.getBoundingClientRect();
    const holder = element.parentElement?.closest<HTMLElement>(
      'button, th, td, .button, .badge, .chip, [role=columnheader]',
    );
    if (holder && !element.closest('.clip')) {
      const box = holder.getBoundingClientRect();
      if (text.right > box.right + 1.5 || text.left < box.left - 1.5)
        found.push(`leaves its place: ${words(element)}`);
    }
  }
  const controls = [
    ...scope.querySelectorAll<HTMLElement>(
      'a[href], button, input:not([type=hidden]), select, textarea, [role=tab], h1, h2, h3, dt, dd, label',
    ),
  ].filter(
    (element) =>
      isShown(element) &&
      !element.matches('.skip, .table__grip, .hidden-visually') &&
      !element.closest('.u-wrap, .cm-editor, .toasts'),
  );
  const visibleBox = (element: HTMLElement) => {
    let { left, right, top, bottom } = element.getBoundingClientRect();
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflow === 'visible') continue;
      const box = parent.getBoundingClientRect();
      left = Math.max(left, box.left);
      right = Math.min(right, box.right);
      top = Math.max(top, box.top);
      bottom = Math.min(bottom, box.bottom);
    }
    return { left, right, top, bottom };
  };
  const boxes = controls.map((element) => ({ element, box: visibleBox(element) }));
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // A row's link may cover the row's text on purpose; two pixels are rounding.
      if (
        wide > 2 &&
        high > 2 &&
        !a.element.closest('[data-overlay]') &&
        !b.element.closest('[data-overlay]')
      )
        found.push(`over each other: ${words(a.element)} and ${words(b.element)}`);
    }
  }
  const content = document.querySelector<HTMLElement>('main');
  if (content && content.scrollWidth > content.clientWidth + 1) found.push('the page scrolls sideways');
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push('the window scrolls sideways');
  return [...new Set(found)];
}
