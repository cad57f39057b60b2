import type { Client } from '#shared/contract/index.ts';
import type { AppEvent } from '#shared/domain/event.ts';

/** A store that is kept up to date from the backend's events. */
export interface LivePart {
  /** Loads everything it shows (again): at the start, and whenever events may have been missed. */
  reload(client: Client): Promise<void>;
  apply(event: AppEvent): void;
}
