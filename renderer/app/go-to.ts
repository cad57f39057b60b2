import { navigate } from 'wouter/use-browser-location';

/** Goes to a page from outside of what React draws. */
export const goTo = (path: string): void => navigate(path);
