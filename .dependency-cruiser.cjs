/** The house's floors: a room imports from its own floor or below, never up, never in a circle. */
const backend = '^electron/backend/';
const rooms = (...names) => `${backend}(${names.join('|')})/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'no-circles',
      'Two files that import each other are one file or three.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'shared-is-pure',
      'shared/ imports neither side, nor Node, nor a browser.',
      { path: '^shared/' },
      { path: ['^electron/', '^renderer/', '^test/', '^scripts/'] },
    ),
    rule(
      'words-below-planning',
      'The product’s words know no arithmetic of plans.',
      { path: '^shared/(domain|contract)/' },
      { path: '^shared/planner/' },
    ),
    rule(
      'shared-without-node',
      'shared/ runs in the page too.',
      { path: '^shared/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'page-without-backend',
      'The page knows the contract only.',
      { path: '^renderer/' },
      { path: ['^electron/', '^test/', '^scripts/'] },
    ),
    rule(
      'page-without-node',
      'The page runs in a sandbox.',
      { path: '^renderer/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'electron-in-the-shell-only',
      'The backend must not know Electron.',
      { pathNot: ['^electron/(main|preload)/', 'node_modules/'] },
      { path: '(^|/)node_modules/electron/|^electron$' },
    ),
    rule(
      'nothing-imports-tests',
      'What is shipped does not lean on tests.',
      { path: ['^shared/', '^electron/', '^renderer/'] },
      { path: ['^test/', '^scripts/'] },
    ),
    rule(
      'ui-has-no-product-words',
      'renderer/ui is a kit.',
      { path: '^renderer/ui/' },
      { path: ['^renderer/(features|app|rpc)/', '^shared/(domain|contract)/(run|site|machine)'] },
    ),
    rule(
      'processes-at-the-bottom',
      'Programs know nothing of the product.',
      { path: rooms('processes') },
      { path: rooms('store', 'vault', 'activity', 'ssh', 'sites', 'files', 'runs', 'api', 'bytes') },
    ),
    rule(
      'store-below-all',
      'The database knows only the words.',
      { path: rooms('store') },
      { path: rooms('vault', 'ssh', 'sites', 'files', 'runs', 'api', 'bytes') },
    ),
    rule(
      'ssh-below-sites',
      'SSH knows programs, not sites.',
      { path: rooms('ssh') },
      { path: rooms('store', 'activity', 'sites', 'files', 'runs', 'api', 'bytes') },
    ),
    rule(
      'sites-below-runs',
      'Sites do not know what runs on them.',
      { path: rooms('sites') },
      { path: rooms('files', 'runs', 'api', 'bytes') },
    ),
    rule(
      'files-below-runs',
      'Copying does not know runs.',
      { path: rooms('files') },
      { path: rooms('runs', 'api', 'bytes', 'ssh') },
    ),
    rule(
      'copies-and-checkpoints-below-runs',
      'Copying and looking at checkpoints know machines, not runs.',
      { path: rooms('copies', 'checkpoints') },
      { path: rooms('runs', 'migrations', 'recovery', 'places', 'run-backups', 'api', 'bytes', 'ssh') },
    ),
    rule(
      'runs-below-migrations',
      'A run does not know who moves or recovers it.',
      { path: rooms('runs') },
      { path: rooms('migrations', 'recovery', 'places', 'run-backups', 'copies', 'checkpoints') },
    ),
    rule(
      'migrations-below-policies',
      'A move does not know why it is made.',
      { path: rooms('migrations') },
      { path: rooms('recovery', 'places', 'run-backups', 'api', 'ssh') },
    ),
    rule(
      'policies-below-api',
      'Services do not know routers.',
      { path: rooms('recovery', 'places', 'run-backups') },
      { path: rooms('api', 'ssh') },
    ),
    rule(
      'terminals-files-and-ports-above-sites',
      'They know machines; of runs only what main.ts hands them.',
      { path: rooms('terminals', 'browse', 'ports') },
      { path: rooms('runs', 'migrations', 'recovery', 'places', 'run-backups', 'api', 'ssh') },
    ),
    rule(
      'terminals-files-and-ports-below-api',
      'Nobody but the router and main.ts knows them.',
      {
        path: rooms(
          'sites',
          'files',
          'runs',
          'copies',
          'checkpoints',
          'migrations',
          'recovery',
          'places',
          'run-backups',
        ),
      },
      { path: rooms('terminals', 'browse', 'ports') },
    ),
    rule(
      'catalog-below-planner',
      'Prices do not know what is planned with them.',
      { path: rooms('catalog') },
      {
        path: rooms(
          'planner',
          'costs',
          'runs',
          'migrations',
          'recovery',
          'places',
          'run-backups',
          'api',
          'ssh',
        ),
      },
    ),
    rule(
      'planner-and-costs-below-api',
      'Of runs they know what main.ts hands them.',
      { path: rooms('planner', 'costs') },
      { path: rooms('runs', 'migrations', 'recovery', 'places', 'run-backups', 'api', 'ssh') },
    ),
    rule(
      'planner-and-costs-known-by-few',
      'Nobody but the router and main.ts knows them.',
      {
        path: rooms(
          'sites',
          'files',
          'runs',
          'copies',
          'checkpoints',
          'migrations',
          'recovery',
          'places',
          'run-backups',
        ),
      },
      { path: rooms('catalog', 'planner', 'costs') },
    ),
    rule('runs-below-api', 'Services do not know routers.', { path: rooms('runs') }, { path: rooms('api') }),
    rule(
      'runs-do-not-know-ssh',
      'Runs ask MachineAccess; they never learn how a machine is reached.',
      { path: rooms('runs', 'files') },
      { path: rooms('ssh') },
    ),
    rule(
      'backend-without-hosts',
      'One backend, many hosts.',
      { path: backend },
      { path: '^electron/(main|preload|headless|cli)/' },
    ),
    rule(
      'through-the-door',
      'A room is entered through its index.ts.',
      { path: '^electron/backend/([^/]+)/' },
      {
        path: `${backend}[^/]+/.+`,
        pathNot: [
          `${backend}$1/`,
          `${backend}[^/]+/index\\.ts$`,
          `${backend}(sites/capabilities|runs/spec/index|runs/box/index|runs/handover|copies/interface|checkpoints/interface|migrations/interface)\\.ts$`,
        ],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      conditionNames: ['node', 'import', 'default'],
    },
  },
};
