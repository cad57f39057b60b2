import { dataDirectory } from '#backend/data-directory.ts';
import { readRuntimeFile } from '#backend/door/runtime-file.ts';
import { openInBrowser } from '#headless/open-in-browser.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson, printLine } from '../output.ts';
import { post } from '../quick-call.ts';

/** `trainyard open`: a new address that signs one browser in, once. */
export async function openApp(json: boolean): Promise<number> {
  const running = readRuntimeFile(dataDirectory());
  if (!running) {
    throw new TrainyardError(
      'APP_NOT_FOUND',
      'Trainyard is not running here. Start it with `trainyard serve`.',
    );
  }
  const { status, body } = await post(running, '/login-url', '');
  if (status === 409) {
    throw new TrainyardError(
      'LINK_LOOPBACK_ONLY',
      'This Trainyard is served to other computers, where a login link could be read on its way. Sign in with a named token: `trainyard token create NAME --role viewer`.',
    );
  }
  if (status !== 200) {
    throw new TrainyardError(
      'APP_NOT_SERVED',
      'The app that is running has a window of its own and serves no browser. Close it and start `trainyard serve`.',
    );
  }
  const { url } = JSON.parse(body) as { url: string };
  if (json) printJson({ url });
  else {
    printLine(url);
    openInBrowser(url);
  }
  return exitCodes.ok;
}
