/** Another window on the same backend, at `path` of the page. */
export function openWindow(path: string): void {
  if (window.trainyard) window.trainyard.openWindow(path);
  // No opener: windows of the app are equals and hold nothing of each other.
  else window.open(path, '_blank', 'noopener,width=1280,height=860');
}

/** A web page, in the user's browser. */
export function openOutside(url: string): void {
  if (window.trainyard) window.trainyard.openExternal(url);
  else window.open(url, '_blank', 'noopener');
}
