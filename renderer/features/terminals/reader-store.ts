import { create } from 'zustand';

const storageKey = 'terminals.reader';

/** Whether terminals are drawn for screen readers too. Of this browser: it goes with who sits before it. */
export const useReader = create<{ on: boolean }>()(() => ({ on: localStorage.getItem(storageKey) === '1' }));

export function setReader(on: boolean): void {
  localStorage.setItem(storageKey, on ? '1' : '0');
  useReader.setState({ on });
}
