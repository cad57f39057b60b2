import type { Translate } from '#renderer/i18n/index.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';

/** What the backend calls the computer that it runs on, unless the user has called it otherwise. */
const givenName = 'This computer';

/** A machine's or a site's name as it is shown: this computer's in the language of the page. */
export const placeName = (id: string, name: string, t: Translate): string =>
  id === thisComputerId && name === givenName ? t('app.thisComputer') : name;
