import { create } from 'zustand';

/** How high a row of a table is, CSS pixels; tokens.css has the same for what is no virtual table. */
const heights = { compact: 28, comfortable: 36 } as const;
export type Density = keyof typeof heights;

export const useDensity = create<{ density: Density }>()(() => ({ density: 'compact' }));

export const rowHeight = (): number => heights[useDensity.getState().density];
/** Draws again when it changes. */
export const useRowHeight = (): number => useDensity(({ density }) => heights[density]);

export function setDensity(density: Density): void {
  if (useDensity.getState().density !== density) useDensity.setState({ density });
  document.documentElement.dataset.density = density;
}
