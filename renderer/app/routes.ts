/** Addresses of the pages, in one place. */
export const paths = {
  overview: '/',
  runs: '/runs',
  run: (id: string, tab?: string) => `/runs/${id}${tab ? `?tab=${tab}` : ''}`,
  machines: '/machines',
  machine: (id: string) => `/machines/${id}`,
  sites: '/sites',
  /** A directory or, with a line, a file of a machine; without a machine, where one was last. */
  files: (machineId?: string, path?: string, line?: number) => {
    const query = new URLSearchParams();
    if (path !== undefined) query.set('path', path);
    if (line !== undefined) query.set('line', String(line));
    const asked = query.toString();
    return `/files${machineId ? `/${machineId}` : ''}${asked === '' ? '' : `?${asked}`}`;
  },
  terminals: '/terminals',
  /** Forwarded ports, and what listens on this machine. */
  ports: (machineId?: string) => `/ports${machineId ? `/${machineId}` : ''}`,
  newRun: '/new',
  /** What can be rented; `query`: filters, as the page writes them into its own address. */
  offers: (query?: URLSearchParams) => `/offers${query && query.size > 0 ? `?${query}` : ''}`,
  /** Whether a model fits; `query` as the page writes it. */
  fit: (query?: URLSearchParams) => `/fit${query && query.size > 0 ? `?${query}` : ''}`,
  /** One run by default; `many`, `what-if`, or `saved` with a plan's id. */
  plan: (view?: 'many' | 'what-if' | 'saved', id?: string) =>
    `/plan${view ? `/${view}` : ''}${id ? `/${id}` : ''}`,
  costs: '/costs',
  credentials: '/credentials',
  data: '/data',
  activity: '/activity',
  settings: '/settings',
} as const;
