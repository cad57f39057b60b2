/** Files of machines: looked at without being downloaded, edited, brought up and down. */
export { Browse, type BrowseOptions } from './service.ts';
