import { create } from 'zustand';
import type { AppEvent } from '#shared/domain/event.ts';
import type { Site } from '#shared/domain/site.ts';
import { gather } from './gather.ts';
import type { LivePart } from './live-part.ts';

interface SitesState {
  loaded: boolean;
  error: unknown;
  /** In the order of their names. */
  sites: readonly Site[];
}

export const useSites = create<SitesState>()(() => ({ loaded: false, error: null, sites: [] }));

const collator = new Intl.Collator(undefined, { numeric: true });
const byName = (a: Site, b: Site) => collator.compare(a.name, b.name);

/** The sites with some of them changed; sorted again only where a name is new. */
function withSites(sites: readonly Site[], changed: readonly Site[]): Site[] {
  const newest = new Map(changed.map((site) => [site.id, site]));
  let sameOrder = true;
  const next = sites.map((site) => {
    const other = newest.get(site.id);
    if (!other) return site;
    newest.delete(site.id);
    if (other.name !== site.name) sameOrder = false;
    return other;
  });
  if (newest.size === 0 && sameOrder) return next;
  return [...next, ...newest.values()].sort(byName);
}

type SiteEvent = Extract<AppEvent, { type: 'site.changed' | 'site.removed' }>;
const siteEvent = gather<SiteEvent>((events) => {
  const changed = new Map<string, Site>();
  const removed = new Set<string>();
  for (const event of events) {
    if (event.type === 'site.changed') changed.set(event.site.id, event.site);
    else {
      changed.delete(event.siteId);
      removed.add(event.siteId);
    }
  }
  useSites.setState(({ sites }) => ({
    sites: withSites(removed.size === 0 ? sites : sites.filter(({ id }) => !removed.has(id)), [
      ...changed.values(),
    ]),
  }));
});

export const sitesPart: LivePart = {
  async reload(client) {
    try {
      const sites = await client.sites.list();
      useSites.setState({ loaded: true, error: null, sites: [...sites].sort(byName) });
    } catch (error) {
      useSites.setState({ error });
      throw error;
    }
  },
  apply(event) {
    if (event.type === 'site.changed' || event.type === 'site.removed') siteEvent(event);
  },
};
