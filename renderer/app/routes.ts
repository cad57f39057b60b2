/** Addresses of the pages, in one place. */
export const paths = {
  overview: '/',
  runs: '/runs',
  run: (id: string, tab?: string) => `/runs/${id}${tab ? `?tab=${tab}` : ''}`,
  machines: '/machines',
  machine: (id: string) => `/machines/${id}`,
  sites: '/sites',
  newRun: '/new',
  credentials: '/credentials',
  data: '/data',
  activity: '/activity',
  settings: '/settings',
} as const;
