/**
 * xterm writes `<style>` elements while it makes a terminal. The content policy of the desktop forbids those; sheets that a
 * script makes are allowed. While `make` runs, each such element is one of ours that keeps a made sheet with its text.
 */
export function withMadeSheets<T>(make: () => T): T {
  const createElement = document.createElement.bind(document);
  const own = Object.getOwnPropertyDescriptor(document, 'createElement');
  Object.defineProperty(document, 'createElement', {
    configurable: true,
    value: (name: string, options?: ElementCreationOptions) =>
      name === 'style' ? sheetElement(createElement('span')) : createElement(name, options),
  });
  try {
    return make();
  } finally {
    if (own) Object.defineProperty(document, 'createElement', own);
    else Reflect.deleteProperty(document, 'createElement');
  }
}

function sheetElement(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  element.hidden = true;
  Object.defineProperty(element, 'textContent', { set: (css: string) => sheet.replaceSync(css) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
