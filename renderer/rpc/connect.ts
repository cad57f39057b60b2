import type { DesktopBridge } from '#shared/contract/desktop.ts';
import { connectFromBrowser } from './browser.ts';
import type { BackendConnection } from './client.ts';
import { connectFromDesktop } from './desktop.ts';

/** Connects the page it runs in, whichever host has opened it. */
export function connectPage(
  bridge: Pick<DesktopBridge, 'connect'> | undefined = window.trainyard,
): BackendConnection {
  return bridge ? connectFromDesktop(bridge) : connectFromBrowser();
}
