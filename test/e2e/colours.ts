/** Left in the page for axe by `findColours`. */
export interface WithColours {
  /** Elements with text whose colours are not known yet. */
  colours: Element[];
}

/**
 * Runs in the page: finds the elements with text whose look is not among `known`: the colour, size and weight of the text, everything
 * that is painted behind it, and what kind of element it is. Leaves them in the page, and gives the looks that a judgement of them
 * settles: those of text that axe is sure to judge (not of what is covered, cut off, hidden or disabled). Must not refer to anything
 * outside itself.
 */
export function findColours(known: readonly string[]): { count: number; settled: string[] } {
  const before = new Set(known);
  const behind = new Map<Element, string>();
  const behindOf = (element: Element): string => {
    const found = behind.get(element);
    if (found !== undefined) return found;
    const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(element);
    const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join(' ');
    const isPlain = own === 'rgba(0, 0, 0, 0) none 1 none normal';
    const parent = element.parentElement === null ? '' : behindOf(element.parentElement);
    const all = isPlain ? parent : `${parent}; ${own}`;
    behind.set(element, all);
    return all;
  };
  // What is painted beside an element may lie behind it: alike is only what is of one kind.
  const kindOf = (element: Element | null): string =>
    element === null ? '' : `${element.tagName}.${element.getAttribute('class') ?? ''}`;
  const lookOf = (element: Element): string => {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const parent = element.parentElement;
    const kinds = [element, parent, parent?.parentElement ?? null].map(kindOf);
    return [color, fontSize, fontWeight, textShadow, ...kinds, behindOf(element)].join(' | ');
  };
  /** What axe does not judge, wherever it lies. */
  const isLeftOut = (element: Element, text: string): boolean => {
    const { width, height } = element.getBoundingClientRect();
    const isTiny = width <= 1 || height <= 1;
    return text.length < 2 || isTiny || element.closest('[aria-hidden=true], option') !== null;
  };
  const isSure = (element: Element): boolean => {
    const control = element.closest('label')?.control ?? element;
    if (control.closest('[aria-disabled=true], :disabled') !== null) return false;
    const { left, top, width, height } = element.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    return above !== null && (above === element || element.contains(above));
  };
  const ofLook = new Map<string, { sure: Element[]; unsure: Element[] }>();
  const seen = new Set<Element>();
  const look = (element: Element | null, text: string) => {
    if (element === null || seen.has(element) || isLeftOut(element, text)) return;
    seen.add(element);
    const its = lookOf(element);
    if (before.has(its)) return;
    const alike = ofLook.get(its) ?? { sure: [], unsure: [] };
    ofLook.set(its, alike);
    // Rows of a table are alike: three of them say what hundreds would.
    if (alike.sure.length < 3) (isSure(element) ? alike.sure : alike.unsure).push(element);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const text = node.textContent?.trim() ?? '';
    if (text !== '') look(node.parentElement, text);
  }
  for (const field of document.querySelectorAll<HTMLInputElement>('input, textarea'))
    look(field, field.value || field.placeholder || '');
  for (const field of document.querySelectorAll('select')) look(field, field.textContent ?? '');
  const found = [...ofLook.values()];
  const colours = found.flatMap(({ sure, unsure }) => (sure.length > 0 ? sure : unsure.slice(0, 9)));
  (globalThis as unknown as WithColours).colours = colours;
  const settled = [...ofLook].filter(([, { sure }]) => sure.length > 0).map(([its]) => its);
  return { count: colours.length, settled };
}
