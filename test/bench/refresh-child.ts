/** A process that refreshes one region and tells how much memory that took: `node refresh-child.ts DATA SERVER REGION`. */
import path from 'node:path';
import { Activity } from '#backend/activity/index.ts';
import { Catalog } from '#backend/catalog/index.ts';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import { resourcesDirectory } from '#backend/resources.ts';
import { openStore } from '#backend/store/index.ts';

const [directory = '', server = '', region = ''] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined };
const store = openStore({ file: path.join(directory, 'trainyard.db'), clock: systemClock, log });
const events = new EventBus();
let ended: unknown = null;
events.subscribe((event) => {
  if (event.type === 'progress') ended = event.progress.error ?? event.progress.state;
});
const catalog = new Catalog({
  store,
  activity: new Activity(store, systemClock, path.join(directory, 'activity.key')),
  events,
  jobs: new Jobs(events, systemClock),
  clock: systemClock,
  log,
  directory: path.join(resourcesDirectory, 'catalog'),
  apis: { aws: server, awsSpotAdvisor: `${server}/spot-advisor-data.json` },
});
const before = process.memoryUsage.rss();
const { finished } = await catalog.refresh(
  { provider: 'aws', regions: [region] },
  { name: 'bench', role: 'owner' },
);
await finished;
const offers = catalog.sources().find(({ kind }) => kind === 'refreshed')?.rows ?? 0;
store.close();
console.log(JSON.stringify({ ended, offers, before, peak: process.resourceUsage().maxRSS * 1024 }));
