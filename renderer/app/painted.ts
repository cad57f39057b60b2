/** Resolves after what has just been given to the page is on the screen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve, 0));
    // A page in the background is not drawn at all.
    setTimeout(resolve, 250);
  });
