/** What belongs to the app and not to the user's programs stays with the app. */
export function withoutOurOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(ELECTRON_|TRAINYARD_|npm_|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(kept);
}

const usualPlaces = ['/opt/homebrew/bin', '/usr/local/bin', '/opt/local/bin'];

/**
 * The PATH that programs of the user's are found by. An app that the Finder starts has only the system's own places on macOS: what
 * a ProxyCommand or a `Match exec` names is most often somewhere else.
 */
export function pathForPrograms(given: string | undefined, platform: NodeJS.Platform): string | undefined {
  if (platform !== 'darwin') return given;
  const places = (given ?? '/usr/bin:/bin:/usr/sbin:/sbin').split(':').filter((place) => place !== '');
  return [...places, ...usualPlaces.filter((place) => !places.includes(place))].join(':');
}
