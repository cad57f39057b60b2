/** Both know all settings by their schema, which must not try to make code from text here. */
export async function loadPalette(): Promise<typeof import('./palette.tsx')> {
  await import('#renderer/rpc/jitless.ts');
  return import('./palette.tsx');
}

export async function loadKeyMap(): Promise<typeof import('./key-map.tsx')> {
  await import('#renderer/rpc/jitless.ts');
  return import('./key-map.tsx');
}
