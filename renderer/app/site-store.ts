import { create } from 'zustand';
import type { Site } from '#shared/domain/site.ts';
import type { LivePart } from './live-part.ts';

interface SitesState {
  loaded: boolean;
  error: unknown;
  /** In the order of their names. */
  sites: readonly Site[];
}

export const useSites = create<SitesState>()(() => ({ loaded: false, error: null, sites: [] }));

const byName = (a: Site, b: Site) => a.name.localeCompare(b.name, undefined, { numeric: true });
const withSite = (sites: readonly Site[], site: Site) =>
  [...sites.filter((other) => other.id !== site.id), site].sort(byName);

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
    if (event.type === 'site.changed') {
      useSites.setState(({ sites }) => ({ sites: withSite(sites, event.site) }));
    } else if (event.type === 'site.removed') {
      useSites.setState(({ sites }) => ({ sites: sites.filter((site) => site.id !== event.siteId) }));
    }
  },
};
