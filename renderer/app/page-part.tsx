import { type ComponentType, lazy, useState } from 'react';

/** A page with a file of its own. */
export interface PagePart<Props extends object> {
  fetch(): Promise<void>;
  /** What draws it: itself where its file is here, else what waits for it. */
  drawnBy(): ComponentType<Props>;
}

export function pagePart<Props extends object>(load: () => Promise<ComponentType<Props>>): PagePart<Props> {
  let here: ComponentType<Props> | null = null;
  const fetch = async () => {
    here ??= await load();
    return here;
  };
  const later = lazy(async () => ({ default: await fetch() })) as unknown as ComponentType<Props>;
  return { fetch: async () => void (await fetch()), drawnBy: () => here ?? later };
}

/**
 * Draws a page, at once where its file is here already: a lazy component would first draw what stands in for it, and React then
 * holds the real thing back for 300 ms so that nothing flickers.
 */
export function PageOf<Props extends object>({ part, props }: { part: PagePart<Props>; props: Props }) {
  // Chosen once: a change from the one to the other would lose what is typed in it.
  const [Chosen] = useState(() => part.drawnBy());
  return <Chosen {...props} />;
}
