import path from 'node:path';
import { Activity } from '#backend/activity/index.ts';
import { EventBus } from '#backend/events.ts';
import { Sensitivity } from '#backend/sensitivity/index.ts';
import type { Label } from '#shared/domain/sensitivity.ts';
import type { FakeBox } from '#test/fakes/box.ts';
import { tempDirectory } from '#test/temp.ts';
import { boxA, type Laptop, laptop, me } from '../runs/world.ts';

export interface World {
  app: Laptop;
  data: Sensitivity;
  activity: Activity;
  /** A new folder of this computer with a file in it. */
  folder(name: string): Promise<string>;
  label(path: string, label: Label, countries?: string[]): void;
  /** Actions of the activity log of one kind, newest first. */
  entries(action: string): ReturnType<Activity['list']>;
}

/** A laptop whose launches are checked, with boxes in memory. */
export async function world(
  boxes: Map<string, FakeBox>,
  gpus: Parameters<typeof laptop>[1] = [],
): Promise<World> {
  const keyFile = path.join(await tempDirectory('key'), 'activity.key');
  const parts: { data?: Sensitivity; activity?: Activity } = {};
  const app = await laptop(boxes, gpus, (store, clock) => {
    parts.activity = new Activity(store, clock, keyFile);
    parts.data = new Sensitivity({ store, activity: parts.activity, events: new EventBus(), clock });
    return parts.data;
  });
  const { data, activity } = parts;
  if (data === undefined || activity === undefined) throw new Error('the laptop asked for no policy');
  return {
    app,
    data,
    activity,
    folder: (name) => tempDirectory(name),
    label(at, label, countries) {
      data.set({ path: at, label, name: path.basename(at), ...(countries && { countries }) }, me);
    },
    entries: (action) => activity.list({ search: '', action, limit: 100 }),
  };
}

/** A task that brings the folder along as its workdir, or as a mount. */
export const reads = (folder: string): string => `workdir: ${JSON.stringify(folder)}\nrun: python train.py`;
export const mounts = (source: string): string =>
  `file_mounts: {/data/in: ${JSON.stringify(source)}}\nrun: python train.py`;
export { boxA, me };
