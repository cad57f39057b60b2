// Before anything is painted: the theme as it was last time, so that the first paint is not in another one. The page's
// own app/theme.ts takes over as soon as it is there; this is a file of its own because the policy allows no inline script.
(() => {
  let theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('look') ?? '{}').theme ?? 'system';
  } catch {
    // Damaged or forbidden: the system's look is as good.
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const known = ['dark', 'light', 'high-contrast'].includes(theme);
  document.documentElement.dataset.theme = known ? theme : system;
  try {
    const { navigation, panes } = JSON.parse(localStorage.getItem('layout') ?? '{}');
    document.documentElement.dataset.nav = navigation === false ? 'off' : 'on';
    if (panes?.navigation > 0) document.documentElement.style.setProperty('--nav', `${panes.navigation}px`);
    document.documentElement.dataset.density = JSON.parse(localStorage.getItem('look') ?? '{}').density;
  } catch {
    // As above: the usual width.
  }
})();
