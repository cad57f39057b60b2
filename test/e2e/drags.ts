import type { Locator, Page } from 'playwright-core';

/** Drags over the edge of the window, which only the browser itself can make. */

/** As somebody drops a file or folder of this computer there: the browser reads it from the disk. */
export async function dropFromOutside(page: Page, on: Locator, dropped: string): Promise<void> {
  const place = await on.boundingBox();
  if (!place) throw new Error('there is nothing to drop it on');
  const mouse = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', {
      type,
      ...mouse,
      data: { items: [], files: [dropped], dragOperationsMask: 1 },
    });
  await session.detach();
}

/** What the browser would take along of something that is dragged out of the window and let go there, by type. */
export async function dragOut(page: Page, what: Locator): Promise<Map<string, string>> {
  const place = await what.boundingBox();
  if (!place) throw new Error('there is nothing to drag');
  const [x, y] = [place.x + 20, place.y + place.height / 2];
  const session = await page.context().newCDPSession(page);
  await session.send('Input.setInterceptDrags', { enabled: true });
  const begun = new Promise<{ data: { items: { mimeType: string; data: string }[] } }>((resolve) =>
    session.once('Input.dragIntercepted', resolve),
  );
  const button = { button: 'left', buttons: 1 } as const;
  await session.send('Input.dispatchMouseEvent', { type: 'mousePressed', x, y, ...button, clickCount: 1 });
  await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: x + 30, y: y + 8, ...button });
  const { data } = await begun;
  await session.send('Input.dispatchDragEvent', {
    type: 'dragCancel',
    x: -40,
    y,
    data: { items: [], dragOperationsMask: 1 },
  });
  await session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x: -40, y, button: 'left' });
  await session.detach();
  return new Map(data.items.map(({ mimeType, data: given }) => [mimeType, given]));
}
