/** Directories and files of machines that were open lately in this browser, newest first. */
export interface RecentPlace {
  machineId: string;
  path: string;
}

const key = 'recent-places';
const mostKept = 40;

export function recentPlaces(): RecentPlace[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.filter(
      (one): one is RecentPlace => typeof one?.machineId === 'string' && typeof one?.path === 'string',
    );
  } catch {
    return [];
  }
}

export function notePlace(place: RecentPlace): void {
  const others = recentPlaces().filter(
    ({ machineId, path }) => machineId !== place.machineId || path !== place.path,
  );
  localStorage.setItem(key, JSON.stringify([place, ...others].slice(0, mostKept)));
}
