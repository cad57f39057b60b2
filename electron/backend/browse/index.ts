/** Files of machines: looked at without being downloaded, edited, brought up and down. */

export { Downloads, type DownloadsOptions } from './downloads.ts';
export { type PreviewFile, previewOf } from './preview/index.ts';
export { Browse, type BrowseOptions } from './service.ts';
export { Uploads, type UploadsOptions } from './uploads.ts';
