import { create } from 'zustand';
import { rpc } from './backend.ts';
import type { LivePart } from './live-part.ts';
import { useSession } from './session-store.ts';

/** How the window is divided: the same in every window and after a reload. Sizes in CSS pixels. */
export interface Arrangement {
  navigation: boolean;
  /** Sizes of panes by name; absent: as its page makes it. */
  panes: Readonly<Record<string, number>>;
  /** Whether a new user's list of first steps may be shown. */
  firstSteps: boolean;
}

const key = 'layout';
const plain: Arrangement = { navigation: true, panes: {}, firstSteps: true };

/** Whatever was kept, as far as it makes sense. */
export function readArrangement(text: string | null): Arrangement {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value !== 'object' || value === null) return plain;
    const { navigation, panes, firstSteps } = value as Record<string, unknown>;
    const sizes = typeof panes === 'object' && panes !== null ? Object.entries(panes) : [];
    return {
      navigation: navigation !== false,
      firstSteps: firstSteps !== false,
      panes: Object.fromEntries(
        sizes.filter((one): one is [string, number] => Number.isFinite(one[1]) && Number(one[1]) > 0),
      ),
    };
  } catch {
    return plain;
  }
}

const storedText = (): string | null => {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage.getItem(key);
  } catch {
    // Forbidden: the backend's copy comes in a moment.
    return null;
  }
};

export const useArrangement = create<Arrangement>()(() => readArrangement(storedText()));

let saving: ReturnType<typeof setTimeout> | null = null;

function change(patch: Partial<Arrangement>): void {
  useArrangement.setState(patch);
  const text = JSON.stringify(useArrangement.getState());
  localStorage.setItem(key, text);
  // Who only looks arranges their own screen.
  if (useSession.getState().info?.role === 'viewer') return;
  if (saving !== null) clearTimeout(saving);
  saving = setTimeout(() => {
    saving = null;
    const content = JSON.stringify(useArrangement.getState());
    rpc()
      .app.setView({ key, content })
      .catch((thrown: unknown) => console.info('The arrangement is kept in this browser only:', thrown));
  }, 300);
}

export const toggleNavigation = (): void => change({ navigation: !useArrangement.getState().navigation });

export const keepFirstSteps = (firstSteps: boolean): void => change({ firstSteps });

/** `size` null: as the page makes it. */
export function setPane(name: string, size: number | null): void {
  const { [name]: _, ...panes } = useArrangement.getState().panes;
  change({ panes: size === null ? panes : { ...panes, [name]: Math.round(size) } });
}

/** The size of a pane and how to change it; `usual` where nobody has changed it. */
export function usePane(name: string, usual: number): [number, (size: number | null) => void] {
  const size = useArrangement(({ panes }) => panes[name]) ?? usual;
  return [size, (next) => setPane(name, next)];
}

export const arrangementPart: LivePart = {
  async reload(client) {
    const { content } = await client.app.view({ key });
    // What is being changed here is newer.
    if (content === null || saving !== null) return;
    localStorage.setItem(key, content);
    useArrangement.setState(readArrangement(content));
  },
  apply(event) {
    if (event.type === 'view.changed' && event.key === key)
      arrangementPart.reload(rpc()).catch((thrown: unknown) => console.info('The arrangement:', thrown));
  },
};
