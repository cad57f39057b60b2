/** What `npm run package` hands to electron-builder. No rebuild: better-sqlite3 brings one binary for Node and Electron. */
module.exports = {
  appId: 'dev.trainyard.app',
  productName: 'Trainyard',
  copyright: 'Copyright © The Trainyard developers',
  directories: { output: 'out', buildResources: 'resources/icons' },
  files: [
    'dist/**',
    'resources/**',
    'package.json',
    'LICENSE',
    'THIRD_PARTY_NOTICES.md',
    '!**/*.map',
    '!node_modules/node-*/**',
  ],
  asar: true,
  // sqlite's binary cannot be loaded, nor a script read or a program run by another one, from inside an archive.
  // Terminals start helper programs of node-pty's on macOS and Windows.
  asarUnpack: [
    '**/*.node',
    'node_modules/@lydell/**',
    'resources/remote/**',
    'resources/samples/**',
    'resources/templates/**',
  ],
  npmRebuild: false,
  nodeGypRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  protocols: [{ name: 'Trainyard', schemes: ['trainyard'] }],
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Development',
    icon: 'resources/icons/icon.png',
    maintainer: 'The Trainyard developers',
  },
  mac: {
    target: ['dmg'],
    category: 'public.app-category.developer-tools',
    icon: 'resources/icons/icon.png',
    hardenedRuntime: true,
  },
  win: { target: ['nsis'], icon: 'resources/icons/icon.png' },
  ...(process.env.ELECTRON_OVERRIDE_DIST_PATH
    ? { electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH }
    : {}),
};
