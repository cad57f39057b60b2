/** What belongs to the app and not to the user's programs stays with the app. */
export function withoutOurOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(ELECTRON_|TRAINYARD_|npm_|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(kept);
}
