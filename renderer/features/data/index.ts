export { DataPage } from './page.tsx';
