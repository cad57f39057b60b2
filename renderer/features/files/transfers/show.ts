import { create } from 'zustand';

/** Whether the list of transfers is open over the page. */
export const useTransfersShown = create<{ shown: boolean }>()(() => ({ shown: false }));
export const showTransfers = (): void => useTransfersShown.setState({ shown: true });
export const hideTransfers = (): void => useTransfersShown.setState({ shown: false });
